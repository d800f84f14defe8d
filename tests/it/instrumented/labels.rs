//! Labels whose values are evaluated at each call.

use super::*;
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;
use std::sync::{Arc, Barrier};
use tachometer::LabelValue;

/// The values of each label set of a function of this file or of `label_shapes` with its finished calls, in order.
pub(super) fn sets(name: &str) -> Vec<(Vec<String>, u64)> {
    let functions = super::snapshot().functions.into_iter();
    functions
        .filter(|set| set.module.starts_with("it::instrumented::label") && set.function == name)
        .map(|set| (set.labels.iter().map(|(_, value)| value.clone()).collect(), set.calls()))
        .collect()
}

pub(super) fn set(values: &[&str], calls: u64) -> (Vec<String>, u64) {
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
    let printed = super::snapshot().to_prometheus_format();
    let line = "function=\"of_each_kind\",module=\"it::instrumented::labels\",text=\"a\\\"\\\\\\n\",string=";
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
    // It is there before the first call, like everything that counts.
    assert_eq!(value(&BOUNDED.snapshot_all().to_prometheus_format()), Some(0));
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

/// A value that all threads evaluate at the same moment.
struct Together<'a>(usize, &'a Barrier);

impl LabelValue for Together<'_> {
    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        self.1.wait();
        self.0.write(into)
    }
}

#[instrumented(labels(number = number), max_label_sets = 500)]
fn from_threads(number: &Together<'_>) {}

#[test]
fn threads_that_meet_the_same_sets_first_make_each_of_them_once() {
    const THREADS: usize = 4;
    let barrier = Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for number in 0..1000 {
                    from_threads(&Together(number, &barrier));
                }
            });
        }
    });
    let sets = sets("from_threads");
    assert_eq!(sets.len(), 501);
    for (values, calls) in &sets {
        let each = THREADS as u64;
        assert_eq!(*calls, if values[0] == "__overflow__" { 500 * each } else { each }, "{values:?}");
    }
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

#[instrumented(labels(tenant = tenant, shard = shard))]
fn of_some_tenant(tenant: Option<&str>, shard: Option<u8>) {
    let _ = (tenant, shard);
}

#[test]
fn an_absent_value_is_empty() {
    of_some_tenant(Some("acme"), Some(3));
    of_some_tenant(None, None);
    let snapshot = super::snapshot();
    let values: Vec<_> = snapshot
        .functions_named("of_some_tenant")
        .iter()
        .map(|series| (series.labels[0].1.clone(), series.labels[1].1.clone(), series.ok))
        .collect();
    assert_eq!(values, [(String::new(), String::new(), 1), ("acme".into(), "3".into(), 1)]);
}
