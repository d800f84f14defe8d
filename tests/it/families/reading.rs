//! Reading: the text of labels, which is made once and shared, and the list of series, which is kept for the next reader.

use super::{counts, registry};
use std::time::Duration;
use tachometer::{Counter, DynamicFamily, Family, Format, FullSnapshot, Gauge, LabelSet, MetricsRegistry};

/// Values that formats must escape, and some that they must not.
const VALUES: [&str; 10] = ["", "a\"b", "a\\", "\n", "\\n", "\",x=\"", "é日本", "{a=\"1\"} 2", " ", "ab"];

fn encoded(snapshot: &FullSnapshot, format: Format) -> String {
    let mut text = String::new();
    snapshot.encode(format, &mut text);
    text
}

/// As the formats specify it.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[test]
fn labels_are_the_same_in_all_formats_and_come_back_unescaped() {
    for shared in [&[][..], &[("zone", "eu \"1\"\n"), ("rack", "7")]] {
        let registry = MetricsRegistry::new(Duration::from_secs(10)).with_labels(shared.iter().copied());
        let family = DynamicFamily::<Counter>::new("escaped_total", "Escaped", ["one", "other"]).unwrap();
        let family = registry.family(family);
        for one in VALUES {
            for other in VALUES {
                family.with(&[one, other]).add(7);
            }
        }
        let snapshot = registry.snapshot_all();
        let formats = [Format::Prometheus, Format::OpenMetrics, Format::OpenMetricsWithCreated];
        let texts = formats.map(|format| encoded(&snapshot, format));
        let families = snapshot.families();
        let viewed: Vec<Vec<_>> = families
            .iter()
            .flat_map(|family| &family.series)
            .map(|series| series.labels.iter().collect())
            .collect();
        let series = &snapshot.declared["escaped_total"].series;
        assert_eq!(series.len(), VALUES.len().pow(2));
        let is_sorted = series.is_sorted_by_key(|series| series.labels.iter().collect::<Vec<_>>());
        assert!(is_sorted, "{series:?}");
        for one in VALUES {
            for other in VALUES {
                let own = [("one", one), ("other", other)];
                assert!(series.iter().any(|series| series.labels == own), "{own:?}");
                let all: Vec<_> = own.iter().chain(shared).copied().collect();
                assert!(viewed.contains(&all), "{all:?}");
                let pairs: Vec<_> =
                    all.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
                let line = format!("\nescaped_total{{{}}} 7\n", pairs.join(","));
                for text in &texts {
                    assert!(text.contains(&line), "{line}{text}");
                }
            }
        }
        let back = FullSnapshot::from_json(&snapshot.to_json()).unwrap();
        assert_eq!(back.declared, snapshot.declared);
    }
}

#[test]
fn a_label_of_a_series_hides_that_of_all_series() {
    let registry = MetricsRegistry::new(Duration::from_secs(10)).with_labels([("zone", "eu"), ("rack", "7")]);
    let metrics = registry.snapshot_all();
    assert_eq!(metrics.families(), []);
    // A family of the registry cannot have such a label, but a snapshot of another one may.
    let other = self::registry();
    let family = DynamicFamily::<Counter>::new("zones_total", "Zones", ["zone"]).unwrap();
    other.family(family).with(&["us"]).increment();
    let mut snapshot = metrics.clone();
    snapshot.declared = other.snapshot_all().declared;
    let text = snapshot.to_prometheus_format();
    assert!(text.contains("\nzones_total{zone=\"us\",rack=\"7\"} 1\n"), "{text}");
}

#[derive(LabelSet)]
struct Named<'a> {
    name: &'a str,
}

fn named(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[test]
fn a_series_that_is_removed_and_comes_back_is_a_new_one_with_the_same_labels() {
    let registry = registry();
    let family: Family<Named<'_>, Counter> = registry.family(Family::new("returning_total", "Returning"));
    let add = |name: &str, count| family.with(&Named { name }).add(count);
    let shown = || counts(&registry.snapshot_all(), "returning_total");
    for name in ["c", "a\"", "b"] {
        add(name, 3);
    }
    let before = registry.snapshot_all();
    assert!(family.remove(&Named { name: "a\"" }));
    assert_eq!(shown(), named(&[("b", 3), ("c", 3)]));
    // Its index may be used again, by another series.
    add("d", 1);
    assert_eq!(shown(), named(&[("b", 3), ("c", 3), ("d", 1)]));
    add("a\"", 2);
    assert_eq!(shown(), named(&[("a\"", 2), ("b", 3), ("c", 3), ("d", 1)]));
    // A snapshot keeps what it has shown.
    assert_eq!(counts(&before, "returning_total"), named(&[("a\"", 3), ("b", 3), ("c", 3)]));
    let difference = registry.snapshot_all().since(&before);
    assert_eq!(counts(&difference, "returning_total"), named(&[("a\"", 0), ("b", 0), ("c", 0), ("d", 1)]));
}

#[test]
fn series_that_are_added_between_two_snapshots_are_shown_in_order() {
    let registry = registry();
    let family: Family<Named<'_>, Counter> = registry.family(Family::new("growing_total", "Growing"));
    let mut names = Vec::new();
    for step in 0..50 {
        let name = format!("{:02}", step * 37 % 50);
        family.with(&Named { name: &name }).add(step);
        names.push((name, step));
        names.sort();
        // Not after each one, so that several are added at once.
        if step % 3 != 0 {
            assert_eq!(counts(&registry.snapshot_all(), "growing_total"), names);
        }
    }
}

#[test]
fn a_held_series_is_listed_again_by_its_next_update() {
    let registry = registry();
    let family: Family<Named<'_>, Gauge> = registry.family(Family::new("held_again", "Held"));
    let names = || -> Vec<String> {
        let snapshot = registry.snapshot_all();
        let series = &snapshot.declared["held_again"].series;
        series.iter().filter_map(|series| Some(series.labels.get("name")?.to_owned())).collect()
    };
    let held = family.hold(&Named { name: "a" });
    family.with(&Named { name: "b" }).set(1);
    for _ in 0..2 {
        assert_eq!(names(), ["a", "b"]);
        assert!(family.remove(&Named { name: "a" }));
        assert_eq!(names(), ["b"]);
        held.increment();
    }
    drop(held);
    assert_eq!(names(), ["a", "b"]);
    assert_eq!(family.remove_where(|labels| labels == [("name", "a")]), 1);
    assert_eq!(names(), ["b"]);
}
