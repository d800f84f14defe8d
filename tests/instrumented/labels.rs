//! Labels whose values are evaluated at each call.

use super::*;
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;
use std::sync::{Arc, Barrier};
use tachometer::LabelValue;

/// The values of each label set of a function of this file with its finished calls, in order.
fn sets(name: &str) -> Vec<(Vec<String>, u64)> {
    let functions = tachometer::snapshot().functions.into_iter();
    functions
        .filter(|set| set.module.starts_with(module_path!()) && set.function == name)
        .map(|set| (set.labels.iter().map(|(_, value)| value.clone()).collect(), set.calls()))
        .collect()
}

fn set(values: &[&str], calls: u64) -> (Vec<String>, u64) {
    (values.iter().map(|value| (*value).to_owned()).collect(), calls)
}

enum Tier {
    Gold,
}

impl LabelValue for Tier {
    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        into.write_str("go")?;
        into.write_char('l')?;
        write!(into, "{}", char::from(b'd'))
    }
}

#[instrumented(labels(
    text = text, string = text.to_owned(), borrowed = Cow::Borrowed(text), boxed = Box::<str>::from(text),
    shared = (Rc::new(text), Arc::<str>::from(text)).1, small = i8::MIN,
    zero = i64::from(false),
    most = { u64::MAX }, large = u128::MAX, size = text.len(),
    flag = text.is_empty(), letter = 'ä', other_letter = LETTER, own = Tier::Gold, again = &&text
))]
fn of_each_kind(text: &str) {}

const LETTER: char = 'ß';

#[test]
fn a_value_is_whatever_can_be_one() {
    of_each_kind("a\"\\\n");
    let text = "a\"\\\n";
    let (most, large) = (u64::MAX.to_string(), u128::MAX.to_string());
    let values =
        [text, text, text, text, text, "-128", "0", &most, &large, "4", "false", "ä", "ß", "gold", text];
    assert_eq!(sets("of_each_kind"), [set(&values, 1)]);
    let printed = tachometer::snapshot().to_prometheus_format();
    let line = "function=\"of_each_kind\",module=\"instrumented::labels\",text=\"a\\\"\\\\\\n\",string=";
    assert!(printed.contains(line), "{printed}");
}

thread_local! {
    static EVALUATED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

fn evaluated(what: &'static str) -> &'static str {
    EVALUATED.with_borrow_mut(|evaluated| evaluated.push(what));
    what
}

#[instrumented(labels(first = evaluated("a"), fixed = "b", second = evaluated(next), third = 1 + number))]
fn in_order(next: &'static str, number: u8) {
    evaluated("body");
}

#[test]
fn values_are_evaluated_once_a_call_in_the_order_they_are_written() {
    in_order("c", 1);
    in_order("d", 1);
    in_order("c", 1);
    let expected = ["a", "c", "body", "a", "d", "body", "a", "c", "body"];
    assert_eq!(EVALUATED.take(), expected);
    assert_eq!(sets("in_order"), [set(&["a", "b", "c", "2"], 2), set(&["a", "b", "d", "2"], 1)]);
    let names: Vec<String> = counted("in_order").labels.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["first", "fixed", "second", "third"]);
}

#[instrumented(labels(first = first, second = second))]
fn two(first: &str, second: &str) {}

#[test]
fn different_values_are_different_sets_whatever_they_join_to() {
    let long = "long".repeat(100);
    for (first, second) in
        [("ab", "c"), ("a", "bc"), ("", "abc"), ("abc", ""), ("", ""), (&long, "1"), ("1", &long)]
    {
        two(first, second);
        two(first, second);
    }
    let expected = [
        set(&["", ""], 2),
        set(&["", "abc"], 2),
        set(&["1", &long], 2),
        set(&["a", "bc"], 2),
        set(&["ab", "c"], 2),
        set(&["abc", ""], 2),
        set(&[&long, "1"], 2),
    ];
    assert_eq!(sets("two"), expected);
}

static BOUNDED: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::MAX));

#[instrumented(labels(number = number, kind = "x", half = number / 2), max_label_sets = 3, registry = &BOUNDED)]
fn bounded(number: u32) -> Result<u32, u32> {
    if number == 8 { Err(number) } else { Ok(number) }
}

#[test]
fn what_comes_beyond_the_bound_is_one_series_and_is_counted() {
    const SELF: &str = "tachometer_overflowed_label_sets_total";
    let value = |text: &str| {
        let line = text.lines().find(|line| line.starts_with(SELF)).map(str::to_owned);
        line.map(|line| line[SELF.len() + 1..].parse::<u64>().unwrap())
    };
    assert_eq!(value(&BOUNDED.snapshot_all().to_prometheus_format()), None, "nothing is attached yet");
    for number in 0..3 {
        bounded(number).unwrap();
    }
    let before = BOUNDED.snapshot_all();
    assert_eq!(value(&before.to_prometheus_format()), Some(0));
    for number in (0..10).chain(0..3) {
        let _ = bounded(number);
    }
    let after = BOUNDED.snapshot_all();
    let series: Vec<(String, u64, u64)> = after
        .functions
        .iter()
        .map(|set| {
            let values: Vec<&str> = set.labels.iter().map(|(_, value)| value.as_str()).collect();
            (values.join(" "), set.ok, set.errors)
        })
        .collect();
    let expected = [("0 x 0", 3, 0), ("1 x 0", 3, 0), ("2 x 1", 3, 0), ("__overflow__ x __overflow__", 6, 1)];
    assert_eq!(series, expected.map(|(values, ok, errors)| (values.to_owned(), ok, errors)));
    let text = after.to_prometheus_format();
    assert_eq!(value(&text), Some(7));
    assert!(text.lines().last().unwrap().starts_with(SELF), "it comes after all other families");
    assert_eq!(value(&after.since(&before).to_prometheus_format()), Some(7));
    assert_eq!(value(&after.since(&after).to_prometheus_format()), Some(0));
}

#[instrumented(labels(value = value), max_label_sets = 1)]
fn called_overflow(value: &str) {}

#[test]
fn a_value_that_is_called_like_the_overflow_shares_its_series() {
    called_overflow("__overflow__");
    called_overflow("other");
    assert_eq!(sets("called_overflow"), [set(&["__overflow__"], 2)]);
}

#[instrumented(labels(number = number), max_label_sets = 50)]
fn from_threads(number: usize) {}

#[test]
fn threads_that_meet_the_same_sets_first_make_each_of_them_once() {
    const THREADS: usize = 8;
    let together = Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                together.wait();
                for number in 0..100 {
                    from_threads(number);
                    from_threads(number);
                }
            });
        }
    });
    let sets = sets("from_threads");
    assert_eq!(sets.len(), 51);
    for (values, calls) in &sets {
        let each = 2 * THREADS as u64;
        assert_eq!(*calls, if values[0] == "__overflow__" { 50 * each } else { each }, "{values:?}");
    }
}

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

#[instrumented(labels(value = checked(value)))]
fn panics_before_it_begins(value: u32) {}

fn checked(value: u32) -> u32 {
    assert_ne!(value, 0, "on purpose");
    value
}

#[test]
fn no_call_has_begun_while_values_are_evaluated() {
    panics_before_it_begins(1);
    assert!(catch_unwind(|| panics_before_it_begins(0)).is_err());
    assert_eq!(sets("panics_before_it_begins"), [set(&["1"], 1)]);
    assert_eq!(outcomes("panics_before_it_begins"), (1, 0, 0, 0, 0));
}

#[instrumented(labels(value = value))]
fn at_the_end(value: &str) {}

struct CallsWhenDropped;

impl Drop for CallsWhenDropped {
    fn drop(&mut self) {
        at_the_end("seen before");
        at_the_end("new");
    }
}

#[test]
fn calls_in_destructors_of_thread_locals_are_counted() {
    thread_local!(static DROPPED: Cell<Option<CallsWhenDropped>> = const { Cell::new(None) });
    thread::spawn(|| {
        DROPPED.set(Some(CallsWhenDropped));
        at_the_end("seen before");
    })
    .join()
    .unwrap();
    assert_eq!(sets("at_the_end"), [set(&["new"], 1), set(&["seen before"], 2)]);
}

mod same_name {
    use super::*;

    pub(super) fn blocks() {
        {
            #[instrumented(labels(value = value))]
            fn inner(value: &str) {}
            inner("a");
        }
        {
            #[instrumented(labels(value = "a"))]
            fn inner() {}
            inner();
        }
        {
            #[instrumented(labels(other = value))]
            fn inner(value: &str) {}
            inner("a");
        }
    }

    #[instrumented(name = "one_series", labels(value = value))]
    pub(super) fn evaluated(value: &str) {}

    #[instrumented(name = "one_series", labels(value = "a"))]
    pub(super) fn fixed() {}
}

#[test]
fn functions_share_series_only_under_a_name_that_was_given() {
    same_name::blocks();
    assert_eq!(sets("blocks::inner").len(), 2, "their labels have different names");
    assert_eq!(sets("blocks::inner#2"), [set(&["a"], 1)]);
    same_name::evaluated("a");
    same_name::evaluated("b");
    same_name::fixed();
    assert_eq!(sets("one_series"), [set(&["a"], 2), set(&["b"], 1)]);
}
