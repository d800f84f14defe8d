//! What the macros of `metrics` do with this recorder.

use metrics::{
    Key, KeyName, Level, Metadata, Recorder, Unit, counter, describe_counter, describe_gauge,
    describe_histogram, gauge, histogram, with_local_recorder,
};
use std::thread;
use std::time::Duration;
use tachometer::{Format, MetricsRegistry};
use tachometer_metrics::{Matcher, RecorderBuilder, TachometerRecorder};

fn registry() -> &'static MetricsRegistry {
    Box::leak(Box::new(MetricsRegistry::new(Duration::from_secs(10))))
}

fn recorder() -> (TachometerRecorder, &'static MetricsRegistry) {
    recorder_with(|builder| builder)
}

fn recorder_with(
    settings: impl FnOnce(RecorderBuilder) -> RecorderBuilder,
) -> (TachometerRecorder, &'static MetricsRegistry) {
    let registry = registry();
    let builder = settings(tachometer_metrics::recorder().registry(registry));
    (builder.build().unwrap(), registry)
}

fn text(registry: &MetricsRegistry) -> String {
    registry.snapshot_all().to_prometheus_format()
}

#[track_caller]
fn assert_lines(registry: &MetricsRegistry, lines: &[&str]) {
    let text = text(registry);
    for line in lines {
        assert!(text.lines().any(|printed| printed == *line), "{line} is not in\n{text}");
    }
}

#[test]
fn all_kinds_are_counted_exactly() {
    let (recorder, registry) = recorder();
    with_local_recorder(&recorder, || {
        counter!("mails_total", "to" => "Oslo", "by" => "post").increment(3);
        counter!("mails_total", "by" => "post", "to" => "Oslo").increment(1);
        counter!("odometer_total").absolute(20);
        counter!("odometer_total").absolute(7);
        counter!("odometer_total").increment(1);
        gauge!("level").set(1.5);
        gauge!("level").increment(2.0);
        gauge!("level").decrement(0.25);
        histogram!("wait_seconds").record(0.25);
        histogram!("wait_seconds").record(Duration::from_millis(500));
        histogram!("body_bytes").record(5e9);
        histogram!("body_bytes").record(3.0);
        histogram!("share").record_many(0.125, 4);
    });
    assert_lines(
        registry,
        &[
            "# TYPE mails_total counter",
            "mails_total{by=\"post\",to=\"Oslo\"} 4",
            "odometer_total 21",
            "# TYPE level gauge",
            "level 3.25",
            "# TYPE wait_seconds histogram",
            "wait_seconds_bucket{le=\"0.25\"} 1",
            "wait_seconds_bucket{le=\"0.5\"} 2",
            "wait_seconds_sum 0.75",
            "body_bytes_bucket{le=\"4.0\"} 1",
            "body_bytes_count 2",
            "share_sum 0.5",
            "share_count 4",
        ],
    );
    let snapshot = registry.snapshot_all();
    for name in ["wait_seconds", "body_bytes", "share"] {
        let histogram = snapshot.declared[name].series[0].value.as_histogram().unwrap();
        assert_eq!(histogram.native().unwrap().schema(), 3, "{name}");
    }
}

#[test]
fn series_of_a_name_may_have_different_labels() {
    let (recorder, registry) = recorder();
    with_local_recorder(&recorder, || {
        counter!("a_total", "x" => "1").increment(1);
        counter!("a_total", "y" => "2").increment(2);
        counter!("a_total").increment(3);
        counter!("a_total", "x" => "").increment(4);
    });
    assert_lines(registry, &["a_total 7", "a_total{x=\"1\"} 1", "a_total{y=\"2\"} 2"]);
}

#[test]
fn threads_lose_nothing() {
    let (recorder, registry) = recorder();
    let (threads, uses) = (8, 5_000);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                with_local_recorder(&recorder, || {
                    for number in 0..uses {
                        counter!("uses_total", "which" => "static").increment(1);
                        counter!("uses_total", "which" => (number % 10).to_string()).increment(1);
                        gauge!("using").increment(1.0);
                        histogram!("use_seconds").record(0.5);
                        counter!("highest_total").absolute(number);
                    }
                });
            });
        }
    });
    let snapshot = registry.snapshot_all();
    let series = &snapshot.declared["uses_total"].series;
    let counts: Vec<_> = series.iter().map(|series| format!("{:?}", series.value)).collect();
    let mut expected = vec![format!("Count({})", threads * uses / 10); 10];
    expected.push(format!("Count({})", threads * uses));
    assert_eq!(counts, expected);
    let all = threads * uses;
    assert_lines(
        registry,
        &[
            &format!("using {all}.0"),
            &format!("use_seconds_count {all}"),
            &format!("use_seconds_sum {}.0", all / 2),
            &format!("highest_total {}", uses - 1),
        ],
    );
}

#[test]
fn a_thread_counts_until_its_last_destructor() {
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            ENDING.with(|recorder| {
                let key = Key::from_name("ends_total");
                recorder.register_counter(&key, &Metadata::new("", Level::INFO, None)).increment(1);
            });
        }
    }
    thread_local! {
        static LAST: Last = const { Last };
    }
    struct Shared(std::sync::OnceLock<TachometerRecorder>);
    impl Shared {
        fn with(&self, using: impl FnOnce(&TachometerRecorder)) {
            using(self.0.get().unwrap());
        }
    }
    static ENDING: Shared = Shared(std::sync::OnceLock::new());

    let (recorder, registry) = recorder();
    assert!(ENDING.0.set(recorder).is_ok());
    for _ in 0..4 {
        // Initialised before the cache, so dropped after it.
        thread::spawn(|| {
            LAST.with(|_| ());
            ENDING.with(|recorder| with_local_recorder(recorder, || counter!("begins_total").increment(1)));
        })
        .join()
        .unwrap();
    }
    assert_lines(registry, &["begins_total 4", "ends_total 4"]);
}

#[test]
fn help_texts_may_come_before_and_after() {
    let (recorder, registry) = recorder();
    with_local_recorder(&recorder, || {
        describe_counter!("early_total", "Said before");
        counter!("early_total").increment(1);
        gauge!("late").set(1.0);
        describe_gauge!("late", Unit::Count, "Said after");
        describe_histogram!("load", Unit::Seconds, "Its unit is that of times");
        histogram!("load").record(2e-6);
        gauge!("bare.name").set(0.0);
        describe_gauge!("bare.name", "Of a name that is changed");
    });
    assert_lines(
        registry,
        &[
            "# HELP early_total Said before",
            "# HELP late Said after",
            "# HELP load Its unit is that of times",
            "load_bucket{le=\"2.5e-06\"} 1",
            "load_bucket{le=\"1e-06\"} 0",
            "# HELP bare_name Of a name that is changed",
        ],
    );
}

#[test]
fn a_help_text_does_not_replace_that_of_a_metric_of_the_program() {
    let (recorder, registry) = recorder();
    registry.callback_gauge("own", "Ours", || 1.0);
    with_local_recorder(&recorder, || {
        describe_gauge!("own", "Theirs");
        gauge!("own").set(2.0);
        describe_gauge!("own", "Theirs");
    });
    assert_lines(
        registry,
        &["# HELP own Ours", "own 1.0", "metrics_recorder_refused_total{metric=\"own\",reason=\"taken\"} 1"],
    );
}

#[test]
fn what_clashes_is_counted_and_changes_nothing() {
    let (recorder, registry) = recorder();
    with_local_recorder(&recorder, || {
        counter!("one").increment(1);
        for _ in 0..3 {
            gauge!("one").set(5.0);
        }
        histogram!("one").record(1.0);
        counter!("a.b").increment(1);
        counter!("a-b").increment(10);
        counter!("c_total", "x.y" => "1", "x-y" => "2").increment(1);
        counter!("c_total", "x" => "1", "x" => "1").increment(1);
        counter!("c_total", "x.y" => "3").increment(1);
        gauge!("function_calls_total").set(1.0);
        gauge!("tachometer_scrapes_total").set(1.0);
        // The names of a histogram's samples.
        histogram!("h").record(1.0);
        counter!("h_count").increment(1);
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            histogram!("h").record(bad);
        }
    });
    assert_lines(
        registry,
        &[
            "one 1",
            "a_b 1",
            "c_total{x_y=\"3\"} 1",
            "h_count 1",
            "metrics_recorder_refused_total{metric=\"one\",reason=\"kind\"} 4",
            "metrics_recorder_refused_total{metric=\"a-b\",reason=\"same_name\"} 1",
            "metrics_recorder_refused_total{metric=\"c_total\",reason=\"labels\"} 2",
            "metrics_recorder_refused_total{metric=\"function_calls_total\",reason=\"taken\"} 1",
            "metrics_recorder_refused_total{metric=\"tachometer_scrapes_total\",reason=\"taken\"} 1",
            "metrics_recorder_refused_total{metric=\"h_count\",reason=\"taken\"} 1",
            "metrics_recorder_refused_total{metric=\"h\",reason=\"value\"} 3",
            "metrics_recorder_renamed_info{metric=\"a.b\",name=\"a_b\"} 1",
            "metrics_recorder_renamed_info{label=\"x.y\",metric=\"c_total\",name=\"x_y\"} 1",
        ],
    );
}

#[test]
fn a_label_of_the_whole_registry_is_refused() {
    let registry: &'static MetricsRegistry =
        Box::leak(Box::new(MetricsRegistry::new(Duration::from_secs(10)).with_labels([("region", "eu")])));
    let recorder = tachometer_metrics::recorder().registry(registry).build().unwrap();
    with_local_recorder(&recorder, || {
        counter!("a_total").increment(1);
        counter!("a_total", "region" => "eu").increment(1);
    });
    assert_lines(
        registry,
        &[
            "a_total{region=\"eu\"} 1",
            "metrics_recorder_refused_total{metric=\"a_total\",reason=\"labels\",region=\"eu\"} 1",
        ],
    );
}

#[test]
fn hostile_names_and_labels_are_exported_validly() {
    let (recorder, registry) = recorder();
    let hostile = ["", "9", "a\nb", "é{\"", "__name__", "le", "quantile", "{}", "\u{0}", "x y"];
    with_local_recorder(&recorder, || {
        for name in hostile {
            counter!(format!("{name}_total"), name.to_owned() => format!("{name}\"\\\n")).increment(1);
            gauge!(name.to_owned()).set(1.0);
        }
    });
    for line in text(registry).lines().filter(|line| !line.starts_with('#')) {
        let name_end = line.find(['{', ' ']).unwrap();
        assert!(line[..name_end].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{line}");
        assert!(!line.contains("{le=\"") && !line.contains("{__"), "{line}");
    }
}

#[test]
fn series_beyond_the_limit_are_one() {
    let (recorder, registry) = recorder_with(|builder| builder.max_series(2));
    with_local_recorder(&recorder, || {
        for user in 0..10 {
            counter!("hits_total", "user" => user.to_string()).increment(1);
            histogram!("hit_seconds", "user" => user.to_string()).record(1.0);
        }
        counter!("hits_total", "user" => "__overflow__").increment(1);
        counter!("hits_total").increment(1);
    });
    assert_lines(
        registry,
        &[
            "hits_total 1",
            "hits_total{user=\"0\"} 1",
            "hits_total{user=\"1\"} 1",
            "hits_total{user=\"__overflow__\"} 9",
            "hit_seconds_count{user=\"__overflow__\"} 8",
            "tachometer_overflowed_updates_total{metric=\"hits_total\"} 9",
        ],
    );
}

#[test]
fn names_beyond_the_limit_are_refused() {
    let (recorder, registry) = recorder_with(|builder| builder.max_names(2));
    with_local_recorder(&recorder, || {
        for name in ["a", "b", "c"] {
            gauge!(name).set(1.0);
        }
    });
    assert_lines(
        registry,
        &["a 1.0", "b 1.0", "metrics_recorder_refused_total{metric=\"c\",reason=\"names\"} 1"],
    );
}

#[test]
fn histograms_have_the_buckets_of_the_first_setting() {
    let (recorder, registry) = recorder_with(|builder| {
        builder
            .buckets(Matcher::Full("a_seconds".into()), &[0.5, 2.0])
            .buckets(Matcher::Prefix("a".into()), &[3.0])
            .integers(Matcher::Suffix("_pages".into()), &[10, 20])
    });
    with_local_recorder(&recorder, || {
        for name in ["a_seconds", "a_b", "book_pages"] {
            histogram!(name).record(2.4);
        }
    });
    assert_lines(
        registry,
        &[
            "a_seconds_bucket{le=\"2.0\"} 0",
            "a_seconds_sum 2.4",
            "a_b_bucket{le=\"3.0\"} 1",
            "book_pages_bucket{le=\"10.0\"} 1",
            "book_pages_sum 2",
        ],
    );
    let bad = tachometer_metrics::recorder().buckets(Matcher::Full("x".into()), &[2.0, 1.0]);
    assert_eq!(
        bad.build().unwrap_err().to_string(),
        "the bounds of histograms must be above zero and strictly increase; those of Full(\"x\") do not"
    );
}

#[test]
fn a_counter_without_total_is_unknown_in_openmetrics() {
    let (recorder, registry) = recorder();
    with_local_recorder(&recorder, || {
        counter!("plain").increment(1);
        counter!("good_total").increment(1);
    });
    let mut openmetrics = String::new();
    registry.snapshot_all().encode(Format::OpenMetrics, &mut openmetrics);
    assert!(openmetrics.contains("# TYPE plain unknown\nplain 1\n"), "{openmetrics}");
    assert!(openmetrics.contains("# TYPE good counter\ngood_total 1\n"), "{openmetrics}");
    assert_lines(registry, &["# TYPE plain counter", "plain 1"]);
}

#[test]
fn recorders_of_one_registry_share_their_metrics() {
    let (one, registry) = recorder();
    let other = tachometer_metrics::recorder().registry(registry).build().unwrap();
    for recorder in [&one, &other] {
        with_local_recorder(recorder, || counter!("both_total", "x" => "y").increment(1));
    }
    assert_lines(registry, &["both_total{x=\"y\"} 2"]);
}

#[test]
fn recorders_of_two_registries_are_told_apart_in_a_thread() {
    let [(one, first), (other, second)] = [recorder(), recorder()];
    for (recorder, uses) in [(&one, 1), (&other, 2), (&one, 3)] {
        with_local_recorder(recorder, || counter!("apart_total").increment(uses));
    }
    assert_lines(first, &["apart_total 4"]);
    assert_lines(second, &["apart_total 2"]);
}

#[test]
fn more_keys_than_a_thread_remembers_are_counted_exactly() {
    let (recorder, registry) = recorder_with(|builder| builder.max_series(20_000));
    with_local_recorder(&recorder, || {
        for _ in 0..2 {
            for number in 0..10_000 {
                counter!("many_total", "number" => number.to_string()).increment(1);
            }
        }
    });
    let snapshot = registry.snapshot_all();
    let series = &snapshot.declared["many_total"].series;
    assert_eq!(series.len(), 10_000);
    assert!(series.iter().all(|series| format!("{:?}", series.value) == "Count(2)"));
}

#[test]
fn descriptions_of_a_recorder_need_no_metric() {
    let (recorder, registry) = recorder();
    recorder.describe_counter(KeyName::from("never_used_total"), None, "Nothing".into());
    assert!(!text(registry).contains("never_used"));
}
