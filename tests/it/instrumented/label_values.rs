//! Values of labels of every length and form, and what they are told apart by.

use super::labels::{set, sets};
use super::*;
use std::sync::Barrier;

#[instrumented(labels(value = value))]
fn of_any_length(value: &str) {}

#[test]
fn values_of_every_length_are_kept_whole() {
    // Around what one word, a short text and a whole buffer can hold.
    let lengths = [0, 1, 7, 8, 9, 31, 32, 33, 127, 128, 129, 10_000];
    let texts: Vec<String> = lengths.iter().map(|length| "x".repeat(*length)).collect();
    for text in texts.iter().chain(&texts) {
        of_any_length(text);
    }
    let expected: Vec<_> = texts.iter().map(|text| set(&[text], 2)).collect();
    assert_eq!(sets("of_any_length"), expected);
}

#[instrumented(labels(first = first, second = second))]
fn of_any_form(first: &str, second: &str) {}

#[test]
fn values_of_every_form_are_series_of_their_own() {
    let forms = ["\0", "\n", " ", "\"", "\",second=\"", "\\", "\\n", "}", "é", "e\u{301}", "日本", "🦀"];
    for form in forms {
        of_any_form(form, "");
        of_any_form("", form);
    }
    let mut expected: Vec<_> =
        forms.iter().flat_map(|form| [set(&[form, ""], 1), set(&["", form], 1)]).collect();
    expected.sort();
    assert_eq!(sets("of_any_form"), expected);
    let text = super::snapshot().to_prometheus_format();
    let line = "first=\"\\\",second=\\\"\",second=\"\",outcome=\"ok\"} 1\n";
    assert!(text.contains(line), "{text}");
}

#[instrumented(labels(value = value))]
fn of_any_type<V: tachometer::LabelValue>(value: V) {}

#[test]
fn the_text_is_what_counts_and_not_the_type() {
    of_any_type(1_u8);
    of_any_type(1_i64);
    of_any_type("1");
    of_any_type(String::from("1"));
    of_any_type('1');
    of_any_type(true);
    of_any_type("true");
    assert_eq!(sets("of_any_type"), [set(&["1"], 5), set(&["true"], 2)]);
}

#[instrumented(name = "in two orders", labels(a = first, b = second))]
fn in_one_order(first: u8, second: u8) {}

#[instrumented(name = "in two orders", labels(b = second, a = first))]
fn in_another_order(first: u8, second: u8) {}

#[instrumented(name = "in two orders", labels(a = "alone"))]
fn with_fewer() {}

#[test]
fn labels_in_another_order_are_the_same_series() {
    with_fewer();
    in_one_order(1, 2);
    in_another_order(1, 2);
    in_another_order(2, 1);
    let text = super::snapshot().to_prometheus_format();
    let lines = |a: u8, b: u8| {
        let has = |line: &&str| {
            line.contains("\"in two orders\"")
                && line.contains(&format!("a=\"{a}\""))
                && line.contains(&format!("b=\"{b}\""))
                && line.contains("outcome=\"ok\"")
        };
        text.lines().filter(has).map(|line| line.rsplit(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((lines(1, 2), lines(2, 1)), (vec!["2".to_owned()], vec!["1".to_owned()]));
}

#[instrumented(labels(value = value), max_label_sets = 1)]
fn at_most_one(value: u32) -> Result<(), u32> {
    if value == 2 { Err(2) } else { Ok(()) }
}

#[test]
fn threads_that_race_for_the_last_place_lose_no_call() {
    const THREADS: u32 = 8;
    const CALLS: u64 = 1_000;
    let together = Barrier::new(THREADS as usize);
    thread::scope(|scope| {
        for value in 0..THREADS {
            let together = &together;
            scope.spawn(move || {
                together.wait();
                for _ in 0..CALLS {
                    let _ = at_most_one(value);
                }
            });
        }
    });
    let sets = sets("at_most_one");
    assert_eq!(sets.len(), 2, "one was first, the others came beyond");
    let overflow = sets.iter().find(|(values, _)| values[0] == "__overflow__").unwrap();
    assert_eq!(overflow.1, u64::from(THREADS - 1) * CALLS);
    assert_eq!(sets.iter().map(|(_, calls)| calls).sum::<u64>(), u64::from(THREADS) * CALLS);
    let snapshot = super::snapshot();
    let errors: u64 = snapshot.functions_named("at_most_one").iter().map(|set| set.errors).sum();
    assert_eq!(errors, CALLS);
}

struct Cart;

#[instrumented(labels(tier = "gold"), sample = 2, buckets = [1], name = "Basket")]
impl Cart {
    #[instrumented(labels())]
    fn without_labels() {}

    #[instrumented(sample = 3, buckets = [2], name = "own name")]
    async fn with_its_own() {}

    fn with_the_blocks() {}
}

#[test]
fn a_method_replaces_each_option_of_its_block() {
    for _ in 0..6 {
        Cart::without_labels();
        Cart::with_the_blocks();
        assert!(poll(pin!(Cart::with_its_own())).is_ready());
    }
    let shown = |name: &str| {
        let shown = counted(name);
        (shown.labels.len(), shown.timed(), shown.latency().boundaries[0] / 1_000_000_000)
    };
    assert_eq!(shown("Basket::without_labels"), (0, 3, 1));
    assert_eq!(shown("Basket::with_the_blocks"), (1, 3, 1));
    assert_eq!(shown("own name"), (1, 2, 2));
}

#[instrumented(name = "with and without a value")]
fn without_a_label() {}

#[instrumented(name = "with and without a value", labels(tenant = tenant))]
fn with_a_label(tenant: &str) {}

#[test]
fn a_label_without_a_value_is_no_label() {
    without_a_label();
    with_a_label("");
    with_a_label("a");
    let snapshot = super::snapshot();
    let calls: Vec<_> = snapshot.functions_named("with and without a value").iter().map(|it| it.ok).collect();
    assert_eq!(calls, [2, 1]);
}
