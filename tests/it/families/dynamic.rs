//! Families whose names are said at run time, and registering any.

use super::{counts, overflowed, registry};
use std::panic;
use tachometer::{Counter, DynamicFamily, Family, Gauge, Histogram, LabelSet, families::SampleValue};

#[derive(LabelSet)]
struct Named<'a> {
    name: &'a str,
}

#[test]
fn labels_named_at_run_time_are_labels() {
    let registry = registry();
    let name = format!("dynamic_{}_total", "words");
    let family: DynamicFamily<Counter> = registry
        .family(DynamicFamily::new(name, "Words", vec!["one".to_owned(), "other".to_owned()]).unwrap());
    family.with(&["a", "b"]).increment();
    let held = family.with(&["a", "b"]).hold();
    held.add(2);
    family.with(&["ab", ""]).increment();
    assert_eq!(family.labels(), ["one", "other"]);
    let snapshot = registry.snapshot_all();
    assert_eq!(counts(&snapshot, "dynamic_words_total"), [("a/b".to_owned(), 3), ("ab/".to_owned(), 1)]);
    assert!(snapshot.to_prometheus_format().contains("dynamic_words_total{one=\"a\",other=\"b\"} 3\n"));
    assert!(family.remove(&["ab", ""]) && !family.remove(&["a"]));
    assert_eq!(family.remove_where(|labels| labels[1] == ("other", "b")), 1);
}

#[test]
fn labels_without_a_value_can_be_left_out_of_series() {
    let registry = registry();
    let family = DynamicFamily::<Counter>::new("stages_total", "Stages", ["town", "day"]).unwrap();
    let family = registry.family(family.omit_empty_labels());
    for values in [["", "Monday"], ["Ulm", ""], ["", ""], ["Ulm", "Sunday"]] {
        family.with(&values).increment();
    }
    let snapshot = registry.snapshot_all();
    let series = &snapshot.declared["stages_total"].series;
    let shown: Vec<_> = series.iter().map(|one| one.labels.iter().collect::<Vec<_>>()).collect();
    let expected: [&[_]; 4] =
        [&[], &[("day", "Monday")], &[("town", "Ulm")], &[("town", "Ulm"), ("day", "Sunday")]];
    assert_eq!(shown, expected);
    assert_eq!(family.with(&["Ulm", ""]).get(), 1);
    assert!(snapshot.to_prometheus_format().contains("\nstages_total 1\n"));
}

#[test]
fn without_labels_there_is_one_series() {
    let registry = registry();
    let none = || DynamicFamily::<Counter>::new("unlabelled_total", "No labels", [""; 0]).unwrap();
    let family = registry.family(none());
    let held = family.hold(&[]);
    family.with(&[]).increment();
    held.add(2);
    registry.family(none()).with(&[]).increment();
    assert_eq!((family.with(&[]).get(), held.get(), family.remove(&[])), (4, 4, false));
    let snapshot = registry.snapshot_all();
    assert_eq!(counts(&snapshot, "unlabelled_total"), [(String::new(), 4)]);
    assert_eq!(overflowed(&snapshot, "unlabelled_total"), None);
}

#[test]
fn too_few_values_are_an_error_that_names_the_family() {
    let registry = registry();
    let family: DynamicFamily<Gauge> =
        registry.family(DynamicFamily::new("few_values", "Few", ["one", "other"]).unwrap());
    let panic = panic::catch_unwind(|| family.with(&["a"]).set(1)).unwrap_err();
    assert_eq!(
        panic.downcast_ref::<String>().map(String::as_str),
        Some(
            "the family \"few_values\" has the labels [\"one\", \"other\"] and needs one value for each, but the values are [\"a\"]"
        )
    );
}

#[test]
fn names_that_cannot_be_are_errors() {
    let refused = |name: &str, labels: &[&str]| {
        DynamicFamily::<Counter>::new(name, "", labels.iter().copied()).unwrap_err().to_string()
    };
    assert_eq!(
        refused("a-b", &[]),
        "invalid metric name \"a-b\": it must consist of ASCII letters, digits, `_` and `:`, and must not begin with a \
         digit"
    );
    for label in ["", "1a", "a-b", "__a", "le", "quantile", "a:b"] {
        assert_eq!(
            refused("jobs", &["good", label]),
            format!(
                "\"jobs\" has an invalid label name {label:?}: it must consist of ASCII letters, digits and `_`, must not \
                 begin with a digit or `__`, and must not be `le` or `quantile`"
            )
        );
    }
    assert_eq!(
        refused("jobs", &["a", "b", "a"]),
        "\"jobs\" has two labels named \"a\": label names must be unique"
    );
    let bounds = DynamicFamily::<Histogram>::histogram("sizes", "", ["a"], [3, 2]).unwrap_err();
    assert_eq!(bounds.to_string(), "histogram bounds must strictly increase: bound 0 is 3, bound 1 is 2");
}

#[test]
fn the_same_family_is_the_same_handle_and_another_is_an_error() {
    let registry = registry();
    let first: Family<Named<'_>, Counter> = registry.family(Family::new("same_total", "Same"));
    let second: Family<Named<'_>, Counter> = registry.family(Family::new("same_total", "Same"));
    first.with(&Named { name: "a" }).increment();
    second.with(&Named { name: "a" }).increment();
    assert_eq!(counts(&registry.snapshot_all(), "same_total"), [("a".to_owned(), 2)]);
    let gauge = registry.try_family(Family::<Named<'_>, Gauge>::new("same_total", "Another"));
    assert!(gauge.unwrap_err().to_string().contains("same_total"));
    let other_labels: Result<DynamicFamily<Counter>, _> =
        registry.try_family(DynamicFamily::new("same_total", "Another", ["town"]).unwrap());
    assert!(other_labels.is_err());
    let sizes =
        |bounds| registry.try_family(Family::<Named<'_>, Histogram>::histogram("same_bytes", "", bounds));
    assert!(sizes(&[1, 2]).is_ok() && sizes(&[1, 2]).is_ok());
    assert!(sizes(&[1, 3]).is_err());
}

#[test]
fn a_family_of_one_registry_is_not_in_the_global_one() {
    let registry = registry();
    let family: Family<Named<'_>, Gauge> = registry.family(Family::new("apart", "Apart"));
    family.with(&Named { name: "a" }).set(4);
    assert!(!tachometer::snapshot().declared.contains_key("apart"));
    let family = &registry.snapshot_all().declared["apart"];
    assert_eq!(family.series[0].value, SampleValue::Level(4));
}
