//! Sets of labels that are written by hand, and wrong: what is shown is right all the same.

use super::{counts, registry};
use std::fmt;
use std::panic;
use tachometer::{Counter, Family, LabelSet, LabelValue, family::LabelVisitor, metrics};

/// Two labels, of which any number is said.
struct AnyNumber<'a>(&'a [&'a str]);

impl LabelSet for AnyNumber<'_> {
    const NAMES: &'static [&'static str] = &["one", "other"];

    fn visit(&self, visitor: &mut impl LabelVisitor) {
        self.0.iter().for_each(|value| visitor.value(*value));
    }
}

#[test]
fn there_are_no_two_series_of_the_same_labels_whatever_number_is_said() {
    let registry = registry();
    let family: Family<AnyNumber<'_>, Counter> =
        registry.family(Family::new("any_number_total", "Any").max_series(2));
    let said: [&[&str]; 6] =
        [&["a"], &["a", ""], &["a", "", "b"], &[], &["x", "y"], &["__overflow__", "__overflow__", "z"]];
    for values in said {
        family.with(&AnyNumber(values)).increment();
        family.with(&AnyNumber(values)).increment();
    }
    assert_eq!(family.with(&AnyNumber(&["a"])).get(), 6);
    let snapshot = registry.snapshot_all();
    let expected = [("/", 2), ("a/", 6), ("__overflow__/__overflow__", 4)]
        .map(|(labels, count)| (labels.to_owned(), count));
    assert_eq!(counts(&snapshot, "any_number_total"), expected);
    let json = serde_json::to_string(&snapshot).unwrap();
    let back: tachometer::FullSnapshot = serde_json::from_str(&json).unwrap();
    assert_eq!(back.to_prometheus_format(), snapshot.to_prometheus_format());
}

struct Countless;

impl LabelSet for Countless {
    const NAMES: &'static [&'static str] = &["one"];
    const COUNT: Option<usize> = Some(usize::MAX);

    fn visit(&self, visitor: &mut impl LabelVisitor) {
        visitor.value("a");
    }
}

#[test]
fn how_many_sets_there_are_is_not_said_by_hand() {
    let panic = panic::catch_unwind(|| Family::<Countless, Counter>::new("countless_total", "")).unwrap_err();
    assert_eq!(
        panic.downcast_ref::<&str>(),
        Some(
            &"the `COUNT` of a set of labels must follow from its `NAMES` and `VALUES`: leave it at its default"
        )
    );
}

/// Writes itself, and counts in the same family or panics on the way.
struct Busy(&'static str, fn());

impl LabelValue for Busy {
    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        self.1();
        into.write_str(self.0)
    }
}

#[derive(LabelSet)]
struct One {
    value: Busy,
}

metrics! {
    static BUSY: Family<One, Counter> = Family::new("busy_values_total", "Busy");
}

#[test]
fn a_value_may_use_the_family_or_panic_while_it_is_asked() {
    let nested = || BUSY.with(&One { value: Busy("inner", || ()) }).increment();
    let plain = |name| One { value: Busy(name, || ()) };
    for _ in 0..3 {
        BUSY.with(&plain("outer")).increment();
        let before = BUSY.with(&plain("inner")).get();
        BUSY.with(&One { value: Busy("outer", nested) }).increment();
        assert!(BUSY.with(&plain("inner")).get() > before);
        panic::catch_unwind(|| BUSY.with(&One { value: Busy("outer", || panic!("no value")) }).increment())
            .unwrap_err();
    }
    assert_eq!(BUSY.with(&plain("outer")).get(), 6);
}
