//! An append-only list whose readers and writers never wait for each other.

#![expect(unsafe_code, reason = "follows pointers to nodes that are never freed")]

use super::const_fn::const_unless_loom;
use super::leak::leak;
use super::primitives::{AtomicPtr, Ordering};
use std::ptr;

/// An append-only list of values that are never freed, the newest first.
///
/// Adding a value is lock-free and allocates only from the system's allocator. Reading is wait-free.
#[derive(Debug)]
pub(crate) struct List<T> {
    newest: AtomicPtr<Node<T>>,
}

#[derive(Debug)]
struct Node<T> {
    value: T,
    /// Invariant: not written after the node is in the list.
    older: AtomicPtr<Node<T>>,
}

impl<T: Send + Sync + 'static> List<T> {
    const_unless_loom! {
        pub(crate) const fn new() -> Self {
            List { newest: AtomicPtr::new(ptr::null_mut()) }
        }
    }

    pub(crate) fn push(&self, value: T) -> &'static T {
        // Relaxed: a stale value costs one failed exchange.
        let mut newest = self.newest.load(Ordering::Relaxed);
        let node = leak(Node { value, older: AtomicPtr::new(newest) });
        loop {
            // Relaxed: published by the exchange below, like the rest of the node.
            node.older.store(newest, Ordering::Relaxed);
            let pointer = ptr::from_ref(node).cast_mut();
            // Release: pairs with the Acquire in `iter`, which then sees the initialized node. An exchange continues the release
            // sequences of earlier exchanges, so a thread that sees this node also sees the older nodes initialized.
            match self.newest.compare_exchange_weak(newest, pointer, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return &node.value,
                Err(current) => newest = current,
            }
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &'static T> + use<T> {
        // Acquire: pairs with the Release in `push`.
        let newest = deref(self.newest.load(Ordering::Acquire));
        // Relaxed: the older nodes were published with the newest.
        std::iter::successors(newest, |node| deref(node.older.load(Ordering::Relaxed)))
            .map(|node| &node.value)
    }
}

fn deref<T: Sync + 'static>(node: *mut Node<T>) -> Option<&'static Node<T>> {
    // SAFETY: a pointer in a list is null or comes from a `&'static` node (`push`). The initialization of the node happens before
    // this: the pointer was loaded with Acquire, or from a node whose pointer was.
    unsafe { node.as_ref() }
}
