//! How many series there may be, and how they go and come back.

use super::{counts, overflowed, registry, series};
use std::time::Duration;
use tachometer::{Counter, Family, Gauge, Histogram, LabelSet, MockClock, families::SampleValue};

#[derive(LabelSet)]
struct Named<'a> {
    name: &'a str,
}

#[derive(LabelSet)]
struct Known {
    big: bool,
}

fn name(number: usize) -> String {
    format!("name {number:05}")
}

#[test]
fn what_comes_beyond_the_bound_is_one_series_and_is_counted() {
    let registry = registry();
    let family: Family<Named<'_>, Counter> =
        registry.family(Family::new("bounded_total", "Bounded").max_series(3));
    assert_eq!(overflowed(&registry.snapshot_all(), "bounded_total"), Some(0));
    for _ in 0..2 {
        for number in 0..5 {
            family.with(&Named { name: &name(number) }).increment();
        }
    }
    let snapshot = registry.snapshot_all();
    let expected = [(name(0), 2), (name(1), 2), (name(2), 2), ("__overflow__".to_owned(), 4)];
    assert_eq!(counts(&snapshot, "bounded_total"), expected);
    assert_eq!(overflowed(&snapshot, "bounded_total"), Some(4));
}

#[test]
fn without_another_word_the_bound_is_a_thousand() {
    let registry = registry();
    let family: Family<Named<'_>, Counter> = registry.family(Family::new("thousand_total", "Many"));
    for number in 0..1_010 {
        family.with(&Named { name: &name(number) }).add(2);
    }
    let counts = counts(&registry.snapshot_all(), "thousand_total");
    assert_eq!((counts.len(), counts.last()), (1_001, Some(&("__overflow__".to_owned(), 20))));
    assert!(counts[..1_000].iter().all(|(_, count)| *count == 2));
}

#[test]
fn a_value_that_looks_like_the_overflow_series_is_part_of_it() {
    let registry = registry();
    let family: Family<Named<'_>, Counter> =
        registry.family(Family::new("impostor_total", "Bounded").max_series(1));
    for name in ["__overflow__", "a", "b", "__overflow__"] {
        family.with(&Named { name }).increment();
    }
    let expected = [("a".to_owned(), 1), ("__overflow__".to_owned(), 3)];
    assert_eq!(counts(&registry.snapshot_all(), "impostor_total"), expected);
}

#[test]
fn a_removed_series_makes_room_and_begins_again_at_zero() {
    let registry = registry();
    let family: Family<Named<'_>, Counter> =
        registry.family(Family::new("removed_total", "Removed").max_series(2));
    let [a, b, c] = ["a", "b", "c"].map(|name| Named { name });
    family.with(&a).add(5);
    family.with(&b).add(5);
    family.with(&c).add(1);
    assert!(family.remove(&a));
    assert!(!family.remove(&a), "it is gone already");
    assert!(!family.remove(&Named { name: "never seen" }));
    family.with(&c).add(2);
    let expected = [("b".to_owned(), 5), ("c".to_owned(), 2), ("__overflow__".to_owned(), 1)];
    assert_eq!(counts(&registry.snapshot_all(), "removed_total"), expected);
    assert!(family.remove(&b));
    family.with(&a).add(1);
    let expected = [("a".to_owned(), 1), ("c".to_owned(), 2), ("__overflow__".to_owned(), 1)];
    assert_eq!(counts(&registry.snapshot_all(), "removed_total"), expected);
}

#[test]
fn series_come_and_go_without_end_and_none_inherits_a_number() {
    let registry = registry();
    let counters: Family<Named<'_>, Counter> =
        registry.family(Family::new("churned_total", "Churned").max_series(40));
    let gauges: Family<Named<'_>, Gauge> = registry.family(Family::new("churned_level", "Churned"));
    let sizes: Family<Named<'_>, Histogram> =
        registry.family(Family::histogram("churned_bytes", "Churned", &[10]));
    for round in 0..200 {
        for number in 0..30 {
            let name = name(round * 30 + number);
            let labels = Named { name: &name };
            counters.with(&labels).increment();
            gauges.with(&labels).add(1);
            sizes.with(&labels).observe(7);
        }
        let snapshot = registry.snapshot_all();
        for (name, count) in counts(&snapshot, "churned_total") {
            assert_eq!(count, 1, "{name}");
        }
        assert!(series(&snapshot, "churned_level").iter().all(|(_, level)| *level == SampleValue::Level(1)));
        for (name, value) in series(&snapshot, "churned_bytes") {
            let SampleValue::Histogram(sizes) = value else { panic!("{value:?}") };
            assert_eq!(
                (sizes.buckets.as_slice(), sizes.sum(), sizes.total()),
                ([1, 0].as_slice(), 7, 1),
                "{name}"
            );
        }
        assert_eq!(counters.remove_where(|_| true), 30);
        assert_eq!(gauges.remove_where(|_| true), 30);
        assert_eq!(sizes.remove_where(|_| true), 30);
    }
    assert_eq!(overflowed(&registry.snapshot_all(), "churned_total"), Some(0));
}

#[test]
fn series_are_removed_by_what_their_labels_are() {
    #[derive(LabelSet)]
    struct Two<'a> {
        name: &'a str,
        number: u8,
    }
    let registry = registry();
    let family: Family<Two<'_>, Counter> = registry.family(Family::new("by_label_total", "By label"));
    for (name, number) in [("a", 1), ("a", 2), ("b", 1)] {
        family.with(&Two { name, number }).increment();
    }
    let mut seen = Vec::new();
    let removed = family.remove_where(|labels| {
        seen.push(labels.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(","));
        // It may use the family itself: nothing is locked meanwhile.
        family.with(&Two { name: "b", number: 1 }).increment();
        labels.contains(&("number", "1"))
    });
    seen.sort();
    assert_eq!(
        (removed, seen.as_slice()),
        (2, ["name=a,number=1", "name=a,number=2", "name=b,number=1"].map(String::from).as_slice())
    );
}

#[test]
fn a_held_series_is_hidden_and_comes_back_where_it_was() {
    let registry = registry();
    let family: Family<Named<'_>, Counter> = registry.family(Family::new("held_total", "Held"));
    let held = family.hold(&Named { name: "a" });
    let again = held.clone();
    held.add(2);
    assert!(family.remove(&Named { name: "a" }));
    assert!(counts(&registry.snapshot_all(), "held_total").is_empty());
    assert_eq!(held.get(), 2);
    again.add(1);
    assert_eq!(counts(&registry.snapshot_all(), "held_total"), [("a".to_owned(), 3)]);

    // By its labels, too: there are never two series of the same labels.
    assert!(family.remove(&Named { name: "a" }));
    family.with(&Named { name: "a" }).add(4);
    held.add(1);
    assert_eq!(counts(&registry.snapshot_all(), "held_total"), [("a".to_owned(), 8)]);

    // Without a handle it begins again.
    assert!(family.remove(&Named { name: "a" }));
    drop((held, again));
    family.with(&Named { name: "a" }).add(1);
    assert_eq!(counts(&registry.snapshot_all(), "held_total"), [("a".to_owned(), 1)]);
}

#[test]
fn a_guard_keeps_a_gauge_right_over_a_removal() {
    let registry = registry();
    let family: Family<Named<'_>, Gauge> = registry.family(Family::new("guarded", "Guarded"));
    let guards: Vec<_> = (0..3).map(|_| family.with(&Named { name: "a" }).track()).collect();
    assert!(family.remove(&Named { name: "a" }));
    drop(guards);
    assert_eq!(series(&registry.snapshot_all(), "guarded"), [("a".to_owned(), SampleValue::Level(0))]);
}

#[test]
fn a_handle_without_room_counts_as_overflow_until_there_is_room() {
    let registry = registry();
    let family: Family<Named<'_>, Counter> =
        registry.family(Family::new("no_room_total", "Full").max_series(1));
    family.with(&Named { name: "a" }).increment();
    let held = family.hold(&Named { name: "b" });
    held.increment();
    assert_eq!(counts(&registry.snapshot_all(), "no_room_total")[1], ("__overflow__".to_owned(), 1));
    assert!(family.remove(&Named { name: "a" }));
    held.clone().increment();
    let expected = [("b".to_owned(), 1), ("__overflow__".to_owned(), 1)];
    assert_eq!(counts(&registry.snapshot_all(), "no_room_total"), expected);
}

#[test]
fn series_expire_when_no_snapshot_finds_them_updated_for_long_enough() {
    const IDLE: Duration = Duration::from_mins(1);
    const ALMOST: Duration = Duration::from_nanos(59_999_999_999);
    let clock = MockClock::new();
    let _entered = clock.enter();
    let registry = registry();
    let family: Family<Named<'_>, Counter> =
        registry.family(Family::new("expiring_total", "Expiring").expire_after(IDLE));
    let held = family.hold(&Named { name: "held" });
    held.add(3);
    family.with(&Named { name: "busy" }).increment();
    family.with(&Named { name: "idle" }).add(7);
    let shown = || counts(&registry.snapshot_all(), "expiring_total");
    assert_eq!(shown().len(), 3);
    clock.advance(ALMOST);
    family.with(&Named { name: "busy" }).increment();
    assert_eq!(shown().len(), 3, "it was not long enough");
    clock.advance(IDLE.saturating_sub(ALMOST));
    assert_eq!(shown(), [("busy".to_owned(), 2)]);

    held.increment();
    family.with(&Named { name: "idle" }).increment();
    let expected = [("busy".to_owned(), 2), ("held".to_owned(), 4), ("idle".to_owned(), 1)];
    assert_eq!(shown(), expected);
}

#[test]
fn known_sets_are_never_removed() {
    let registry = registry();
    let family: Family<Known, Counter> = registry.family(Family::new("lasting_total", "Lasting"));
    family.with(&Known { big: true }).increment();
    assert!(!family.remove(&Known { big: true }));
    assert_eq!(family.remove_where(|_| true), 0);
    assert_eq!(
        counts(&registry.snapshot_all(), "lasting_total"),
        [("false".to_owned(), 0), ("true".to_owned(), 1)]
    );
    assert_eq!(overflowed(&registry.snapshot_all(), "lasting_total"), None);
}

#[test]
fn differences_of_very_many_series_are_found_by_their_labels() {
    const SERIES: usize = 10_000;
    let registry = registry();
    let family: Family<Named<'_>, Counter> =
        registry.family(Family::new("very_many_total", "Very many").max_series(SERIES));
    let add = |amount| (0..SERIES).for_each(|number| family.with(&Named { name: &name(number) }).add(amount));
    add(2);
    let earlier = registry.snapshot_all();
    assert!(family.remove(&Named { name: &name(7) }));
    add(1);
    let since = counts(&registry.snapshot_all().since(&earlier), "very_many_total");
    assert_eq!(since.len(), SERIES);
    for (number, series) in since.into_iter().enumerate() {
        assert_eq!(series, (name(number), u64::from(number != 7)));
    }
}
