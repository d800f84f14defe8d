//! Corners of the Prometheus text: nothing, very large, very many.

use super::reader::{Family, Label, canonical, read};
use super::{full_registry, registry, text_of};
use tachometer::Format;
use tachometer::families::{MetricFamily, MetricKind, Number, Value};

fn parse(text: &str) -> Vec<Family> {
    read(Format::Prometheus, text)
}

#[test]
fn the_order_is_that_of_the_names_not_of_the_registrations() {
    let registry = registry();
    registry.register_gauge("b");
    registry.register_counter("c");
    registry.register_counter("a");
    let text = text_of(&registry);
    let names: Vec<_> = parse(&text).into_iter().map(|family| family.name).collect();
    assert_eq!(names, ["a", "b", "c"]);
}

#[test]
fn the_librarys_own_come_last() {
    let registry = full_registry();
    registry.register_counter("zzz");
    registry.start_export_thread(drop).stop();
    let text = text_of(&registry);
    let last = parse(&text).pop().expect("a family");
    assert_eq!((last.name.as_str(), last.kind.as_str()), ("tachometer_export_panics_total", "counter"));
    assert!(text.ends_with("\ntachometer_export_panics_total 0\n"), "{text}");
}

#[test]
fn nothing_is_the_empty_text() {
    assert_eq!(text_of(&registry()), "");
    let registry = registry();
    registry.register_minmax("unseen");
    assert_eq!(text_of(&registry), "");
}

#[test]
fn an_empty_histogram_has_all_its_lines() {
    let registry = registry();
    registry.register_histogram("h", [1]);
    assert_eq!(
        text_of(&registry),
        "# HELP h_latency_us Latency of h in microseconds.\n# TYPE h_latency_us histogram\n\
         h_latency_us_bucket{le=\"1.0\"} 0\nh_latency_us_bucket{le=\"+Inf\"} 0\n\
         h_latency_us_sum 0\nh_latency_us_count 0\n"
    );
}

#[test]
fn extremes_are_absent_again_after_a_reset() {
    let registry = registry();
    let extremes = registry.register_minmax("size");
    extremes.update(u64::MAX);
    assert!(text_of(&registry).contains("\nsize_min 18446744073709551615\n"));
    extremes.reset();
    assert_eq!(text_of(&registry), "");
}

#[test]
fn the_suffix_of_a_histogram_is_always_added() {
    let registry = registry();
    registry.register_histogram("x_latency_us", [1]);
    assert!(text_of(&registry).contains("\nx_latency_us_latency_us_count 0\n"));
}

#[test]
fn bounds_are_canonical_floats() {
    let registry = registry();
    let bounds =
        [0, 1, 25, 1_000, 999_999, 1_000_000, 1_234_567, 2_500_000, 10_000_000_000, 1 << 53, u64::MAX - 1];
    registry.register_histogram("h", bounds);
    let text = text_of(&registry);
    let printed: Vec<_> = text.lines().filter_map(|line| line.split('"').nth(1)).collect();
    assert_eq!(
        printed,
        [
            "0.0",
            "1.0",
            "25.0",
            "1000.0",
            "999999.0",
            "1e+06",
            "1.234567e+06",
            "2.5e+06",
            "1e+10",
            "9.007199254740992e+15",
            "1.8446744073709552e+19",
            "+Inf"
        ]
    );
}

#[test]
fn bounds_that_are_one_float_are_one_bucket() {
    let registry = registry();
    let histogram = registry.register_histogram("h", [5, u64::MAX - 2, u64::MAX - 1]);
    histogram.record(1);
    histogram.record(u64::MAX - 2);
    histogram.record(u64::MAX - 1);
    let text = text_of(&registry);
    let family = &parse(&text)[0];
    let buckets: Vec<_> = family
        .samples
        .iter()
        .filter(|sample| sample.name.ends_with("_bucket"))
        .map(|sample| (sample.labels[0].1.as_str(), sample.value.as_str()))
        .collect();
    assert_eq!(buckets, [("5.0", "1"), ("1.8446744073709552e+19", "3"), ("+Inf", "3")]);
}

#[test]
fn large_numbers_are_printed_in_full() {
    let registry = registry();
    registry.register_counter("most").add(u64::MAX);
    registry.register_gauge("least").set(i64::MIN);
    registry.register_histogram("h", [1]).record(u64::MAX);
    let text = text_of(&registry);
    for line in [
        "most 18446744073709551615\n",
        "least -9223372036854775808\n",
        "h_latency_us_sum 18446744073709551615\n",
    ] {
        assert!(text.contains(line), "no {line:?} in: {text}");
    }
}

#[test]
fn help_escapes_backslashes_and_line_feeds_only() {
    let registry = registry();
    registry.register_counter("jobs");
    registry.describe("jobs", "a\\b \"quoted\"\nnext é\\n");
    assert_eq!(
        text_of(&registry),
        "# HELP jobs a\\\\b \"quoted\"\\nnext é\\\\n\n# TYPE jobs counter\njobs 0\n"
    );
    let text = text_of(&registry);
    assert_eq!(parse(&text)[0].help, "a\\b \"quoted\"\nnext é\\n");
}

#[test]
fn help_is_not_lost_by_a_difference() {
    let registry = registry();
    let earlier = registry.snapshot_all();
    registry.register_counter("jobs").add(2);
    registry.describe("jobs", "Jobs done");
    assert_eq!(
        registry.snapshot_all().since(&earlier).to_prometheus_format(),
        "# HELP jobs Jobs done\n# TYPE jobs counter\njobs 2\n"
    );
}

#[test]
fn every_rule_of_the_format_holds() {
    let registry = full_registry();
    registry.describe("http", "The\nfront \\ door");
    let bounds: [u64; 20] = std::array::from_fn(|index| 1 << (3 * index));
    let many = registry.register_histogram("many", bounds);
    (0..2_000).for_each(|value| many.record(value * value * value));
    registry.start_export_thread(drop).stop();
    parse(&text_of(&registry));
}

#[test]
fn the_families_say_what_the_text_says() {
    let registry = full_registry();
    registry.describe("queue", "Jobs \\ waiting\nnow");
    registry.start_export_thread(drop).stop();
    let snapshot = registry.snapshot_all();
    let text = snapshot.to_prometheus_format();
    let (printed, families) = (parse(&text), snapshot.families());
    assert_eq!(printed.len(), families.len());
    for (printed, family) in printed.iter().zip(&families) {
        assert_eq!((printed.name.as_str(), printed.help.as_str()), (&*family.name, &*family.help));
        let kind = match family.kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
            _ => panic!("a kind that the text does not know"),
        };
        assert_eq!(printed.kind, kind);
        let samples = samples_of(family);
        assert_eq!(printed.samples.len(), samples.len(), "{}", family.name);
        for (printed, (name, labels, value)) in printed.samples.iter().zip(samples) {
            assert_eq!(
                (&printed.name, printed.float().to_bits()),
                (&name, value.to_bits()),
                "{}",
                printed.name
            );
            assert_eq!(printed.labels, labels, "{name}");
        }
    }
}

/// The lines of a family as `families()` tells them: name, labels, value.
fn samples_of(family: &MetricFamily<'_>) -> Vec<(String, Vec<Label>, f64)> {
    let number = |number: Number| match number {
        Number::Unsigned(count) => count as f64,
        Number::Signed(level) => level as f64,
        Number::Float(quantity) => quantity,
        _ => panic!("a number that the text does not know"),
    };
    let mut samples = Vec::new();
    for series in &family.series {
        let labels: Vec<Label> =
            series.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let name = &family.name;
        match &series.value {
            Value::Number(value) => samples.push((name.to_string(), labels, number(*value))),
            Value::Histogram(histogram) => {
                for bucket in histogram.buckets() {
                    let mut labels = labels.clone();
                    labels.push(("le".to_owned(), canonical(bucket.upper_bound)));
                    samples.push((format!("{name}_bucket"), labels, bucket.cumulative_count as f64));
                }
                samples.push((format!("{name}_sum"), labels.clone(), number(histogram.sum())));
                samples.push((format!("{name}_count"), labels, histogram.count() as f64));
            }
            _ => panic!("a value that the text does not know"),
        }
    }
    samples
}
