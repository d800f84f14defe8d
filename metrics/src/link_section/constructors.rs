//! Constructors that push onto a list: COFF.
//!
//! A linker drops a section that nothing refers to, with `--gc-sections` even if its entries are `used`. Pointers in `.CRT$XCU` are
//! kept: the C runtime calls each before `main`, or when the library is loaded. So each annotation has a constructor, which links a
//! node that is a `static` into a list of this copy of the library.

#![expect(unsafe_code, reason = "follows pointers to nodes that are statics")]

use crate::function::Function;
use crate::metric::Declared;
use crate::sync::unmodelled::{AtomicPtr, Ordering};
use std::ptr;

/// Whether all functions and metrics that are linked in are found before their first use.
pub(crate) const FINDS_ALL: bool = true;

/// A list of nodes that are `static`s.
#[derive(Debug)]
struct Nodes<T: 'static>(AtomicPtr<Node<T>>);

/// A node of a list.
#[derive(Debug)]
struct Node<T: 'static> {
    value: T,
    /// Written before the node is in the list, and never after.
    next: AtomicPtr<Node<T>>,
}

impl<T> Node<T> {
    const fn new(value: T) -> Self {
        Node { value, next: AtomicPtr::new(ptr::null_mut()) }
    }
}

impl<T: Sync> Nodes<T> {
    const fn new() -> Self {
        Nodes(AtomicPtr::new(ptr::null_mut()))
    }

    /// Links `node` into the list. Called once for each node. It allocates nothing.
    fn push(&self, node: &'static Node<T>) {
        // Relaxed: a stale value only costs one failed exchange.
        let mut first = self.0.load(Ordering::Relaxed);
        loop {
            // Relaxed: published by the exchange below.
            node.next.store(first, Ordering::Relaxed);
            let pointer = ptr::from_ref(node).cast_mut();
            // Release: pairs with the Acquire in `iter`. A library may be loaded while another thread reads.
            match self.0.compare_exchange_weak(first, pointer, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => first = now,
            }
        }
    }

    fn iter(&'static self) -> impl Iterator<Item = &'static T> {
        // Acquire: pairs with the Release in `push`. An exchange continues the release sequence of those before it.
        let first = node(self.0.load(Ordering::Acquire));
        // Relaxed: published with the first node.
        std::iter::successors(first, |current| node(current.next.load(Ordering::Relaxed)))
            .map(|node| &node.value)
    }
}

/// Returns the node that a pointer of a list points to.
fn node<T: Sync>(pointer: *mut Node<T>) -> Option<&'static Node<T>> {
    // SAFETY: a pointer in a list is null, or was made of a `&'static Node` by `push`, which happened before it was read.
    unsafe { pointer.as_ref() }
}

static FUNCTIONS: Nodes<&'static Function> = Nodes::new();
static METRICS: Nodes<fn() -> &'static dyn Declared> = Nodes::new();

/// The node of a function.
#[derive(Debug)]
pub struct Linked(Node<&'static Function>);

impl Linked {
    /// Creates the node of `function`.
    #[must_use]
    pub const fn new(function: &'static Function) -> Self {
        Linked(Node::new(function))
    }

    /// Links the node into the list, from a constructor.
    pub fn register(&'static self) {
        FUNCTIONS.push(&self.0);
    }
}

/// The node of a metric.
#[derive(Debug)]
pub struct LinkedMetric(Node<fn() -> &'static dyn Declared>);

impl LinkedMetric {
    /// Creates the node of the metric that `metric` returns.
    #[must_use]
    pub const fn new(metric: fn() -> &'static dyn Declared) -> Self {
        LinkedMetric(Node::new(metric))
    }

    /// Links the node into the list, from a constructor.
    pub fn register(&'static self) {
        METRICS.push(&self.0);
    }
}

/// Registers the function of a call site before `main`.
///
/// It is a macro of this library because naming a section counts as unsafe code: so crates that forbid unsafe code may use it.
#[doc(hidden)]
#[macro_export]
macro_rules! __link {
    ($site:ident) => {
        const _: () = {
            static LINKED: $crate::__private::Linked = $crate::__private::Linked::new($site.function());
            extern "C" fn register() {
                LINKED.register();
            }
            #[used]
            // SAFETY: the C runtime calls each function of this section once, without arguments.
            #[unsafe(link_section = ".CRT$XCU")]
            static CONSTRUCTOR: extern "C" fn() = register;
        };
    };
}

/// Registers a metric before `main`, as `__link` does for functions.
#[doc(hidden)]
#[macro_export]
macro_rules! __link_metric {
    ($metric:ident) => {
        const _: () = {
            static LINKED: $crate::__private::LinkedMetric =
                $crate::__private::LinkedMetric::new(|| $crate::__private::Declare::declared(&$metric));
            extern "C" fn register() {
                LINKED.register();
            }
            #[used]
            // SAFETY: as in `__link`.
            #[unsafe(link_section = ".CRT$XCU")]
            static CONSTRUCTOR: extern "C" fn() = register;
        };
    };
}

/// Returns the linked functions of this copy of the library.
pub(crate) fn functions() -> impl Iterator<Item = &'static Function> {
    FUNCTIONS.iter().copied()
}

/// Returns the linked metrics of this copy of the library. Runs code that the program's macros generated.
pub(crate) fn metrics() -> impl Iterator<Item = &'static dyn Declared> {
    METRICS.iter().map(|metric| metric())
}
