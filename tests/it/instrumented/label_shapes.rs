//! Evaluated labels on every shape of function.

use super::labels::{set, sets};
use super::*;
use std::fmt;

#[instrumented(labels(tenant = tenant))]
async fn later(tenant: String, fail: bool) -> Result<usize, ()> {
    let mut first = true;
    std::future::poll_fn(|_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }).await;
    if fail { Err(()) } else { Ok(tenant.len()) }
}

#[instrumented(labels(tenant = tenant.len()))]
fn makes_a_future(tenant: String) -> impl Future<Output = usize> {
    async move { tenant.len() }
}

#[instrumented]
async fn without_labels(tenant: String, fail: bool) -> Result<usize, ()> {
    let mut first = true;
    std::future::poll_fn(|_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }).await;
    if fail { Err(()) } else { Ok(tenant.len()) }
}

#[test]
fn a_future_counts_under_the_labels_it_was_made_with() {
    drop(later("never polled".into(), false));
    for (tenant, fail) in [("a", false), ("b", true)] {
        let mut future = pin!(later(tenant.into(), fail));
        assert!(poll(future.as_mut()).is_pending());
        assert!(poll(future).is_ready());
    }
    let mut cancelled = Box::pin(later("a".into(), false));
    assert!(poll(cancelled.as_mut()).is_pending());
    thread::spawn(move || drop(cancelled)).join().unwrap();
    assert_eq!(sets("later"), [set(&["a"], 2), set(&["b"], 1)]);
    assert_eq!(outcomes(concat!(module_path!(), "::later")), (1, 0, 0, 1, 0));
    assert_eq!(poll(pin!(makes_a_future("abc".into()))), Poll::Ready(3));
    assert_eq!(sets("makes_a_future"), [set(&["3"], 1)]);
    let size = |future: &dyn Future<Output = Result<usize, ()>>| size_of_val(future);
    assert_eq!(size(&later(String::new(), true)), size(&without_labels(String::new(), true)));
}

#[instrumented(labels(depth = depth))]
fn recursive(depth: u32) -> u32 {
    if depth == 0 { 0 } else { 1 + recursive(depth - 1) }
}

#[instrumented(labels(kind = kind_of(&value)))]
fn generic<T: fmt::Display>(value: T) -> String {
    value.to_string()
}

fn kind_of<T>(_: &T) -> &'static str {
    std::any::type_name::<T>()
}

#[test]
fn recursion_and_instantiations_share_the_sets_of_their_function() {
    recursive(2);
    recursive(1);
    assert_eq!(sets("recursive"), [set(&["0"], 2), set(&["1"], 2), set(&["2"], 1)]);
    generic(1_u8);
    generic('a');
    generic(2_u8);
    assert_eq!(sets("generic"), [set(&["char"], 1), set(&["u8"], 2)]);
}

struct Tenant {
    id: u32,
    name: String,
}

#[instrumented(labels(id = self.id, fixed = 1), max_label_sets = 2)]
impl Tenant {
    fn rename(&mut self, name: &str) {
        self.name = name.into();
    }

    async fn load(&self) -> u32 {
        self.id
    }

    #[instrumented(labels(name = self.name))]
    fn into_name(self) -> String {
        self.name
    }

    #[instrumented(labels(name = name))]
    fn named(name: &str) -> Self {
        Tenant { id: 0, name: name.into() }
    }
}

#[test]
fn methods_have_self_and_the_labels_of_their_block() {
    let mut tenant = Tenant { id: 7, name: "a".into() };
    tenant.rename("b");
    assert_eq!(poll(pin!(tenant.load())), Poll::Ready(7));
    tenant.into_name();
    for id in 0..3 {
        Tenant { id, name: String::new() }.rename("c");
    }
    Tenant::named("d");
    let renamed = [set(&["0", "1"], 1), set(&["7", "1"], 1), set(&["__overflow__", "1"], 2)];
    assert_eq!(sets("Tenant::rename"), renamed);
    assert_eq!(sets("Tenant::load"), [set(&["7", "1"], 1)]);
    assert_eq!(sets("Tenant::into_name"), [set(&["b"], 1)]);
    assert_eq!(sets("Tenant::named"), [set(&["d"], 1)]);
}

struct Wrapped(String);

#[instrumented(labels(name = name, left = left, right = right, number = number))]
fn with_patterns(Wrapped(name): Wrapped, (left, mut right): (u8, u8), &number: &u128) -> u8 {
    right += 1;
    drop(name);
    left + right + u8::try_from(number).unwrap()
}

#[instrumented(labels(name = name))]
async fn with_patterns_later(Wrapped(name): Wrapped) -> String {
    name
}

#[instrumented(labels(name = name))]
fn in_place(Wrapped(name): Wrapped) -> impl Iterator<Item = char> {
    name.chars().collect::<Vec<_>>().into_iter()
}

#[instrumented(labels(line = line))]
#[track_caller]
fn tracks_caller(line: u32, Wrapped(_name): Wrapped) -> Result<bool, u32> {
    let actual = std::panic::Location::caller().line();
    if actual == line { Ok(true) } else { Err(actual) }
}

#[test]
fn values_see_the_names_that_patterns_bind() {
    assert_eq!(with_patterns(Wrapped("a".into()), (1, 2), &3), 7);
    assert_eq!(sets("with_patterns"), [set(&["a", "1", "2", "3"], 1)]);
    assert_eq!(poll(pin!(with_patterns_later(Wrapped("b".into())))), Poll::Ready("b".into()));
    assert_eq!(sets("with_patterns_later"), [set(&["b"], 1)]);
    assert_eq!(in_place(Wrapped("c".into())).count(), 1);
    assert_eq!(sets("in_place"), [set(&["c"], 1)]);
    let line = line!() + 1;
    assert_eq!(tracks_caller(line, Wrapped("d".into())), Ok(true));
    assert_eq!(sets("tracks_caller"), [set(&[&line.to_string()], 1)]);
}
