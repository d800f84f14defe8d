//! What is expected of metrics, declared and registered, and of all of a registry.

use super::*;

mod declared {
    use super::*;
    use std::sync::{MutexGuard, PoisonError};

    metrics! {
        static DONE: Counter = Counter::new("loads_done_total", "Loads");
        static WORKED: FloatCounter = FloatCounter::new("loads_worked_seconds_total", "Work");
        static WAITING: Gauge = Gauge::new("loads_waiting", "Loads that wait");
        static FILL: FloatGauge = FloatGauge::new("loads_fill_ratio", "How full");
        static BYTES: Histogram = Histogram::new("loads_bytes", "Sizes", &[10, 100, 1_000]);
        static TIMES: Histogram =
            Histogram::of_time("loads_seconds", "Times", &const { buckets::seconds([0.001, 0.01]) });
    }

    /// Counts something of each, and returns a watch that began in the middle. The metrics are one test's at a time.
    fn count() -> (Watch<'static>, MutexGuard<'static, ()>) {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        DONE.add(40);
        WORKED.add(1e6);
        WAITING.set(5);
        FILL.set(0.0);
        BYTES.observe(5_000);
        TIMES.observe_duration(Duration::from_secs(1));
        let watch = testing::watch();
        let all = [
            "loads_done_total",
            "loads_worked_seconds_total",
            "loads_waiting",
            "loads_bytes",
            "loads_seconds",
        ];
        for name in all {
            watch.assert(metric(name));
            watch.assert(metric(name).unchanged());
        }
        DONE.add(2);
        for _ in 0..10 {
            WORKED.add(0.1);
        }
        WAITING.sub(2);
        FILL.set(0.75);
        BYTES.observe(7);
        BYTES.observe(70);
        TIMES.observe_duration(Duration::from_millis(3));
        (watch, alone)
    }

    #[test]
    fn metrics_in_statics_are_compared_by_what_they_are() {
        let (watch, _alone) = count();
        watch.assert(metric("loads_done_total").by(2));
        watch.assert(metric("loads_done_total").by(2_u64));
        watch.assert(metric("loads_worked_seconds_total").by(1));
        watch.assert(metric("loads_worked_seconds_total").by(1.0));
        watch.assert(metric("loads_waiting").by(-2));
        watch.assert(metric("loads_waiting").at(3).by(-2));
        watch.assert(metric("loads_fill_ratio").at(0.75));
        watch.assert(metric("loads_bytes").observations(2).sum(77).all_within(100));
        watch.assert(metric("loads_bytes").all_within(100_u64));
        watch.assert(
            metric("loads_seconds")
                .observations(1)
                .sum(Duration::from_millis(3))
                .all_within(Duration::from_millis(10)),
        );
        // By its text it is a metric too.
        watch.assert(metric("function_calls_total").with("function", "nobody").unchanged());
    }

    #[test]
    fn what_differs_or_makes_no_sense_is_said() {
        let (watch, _alone) = count();
        for (expected, text) in [
            (
                metric("loads_done_total").by(3),
                "counter \"loads_done_total\" is not as expected, since the watch at tests/process/testing/metrics.rs:LINE
      expected  counted
  by         3        2  <--",
            ),
            (
                metric("loads_waiting").at(4).by(-2),
                "gauge \"loads_waiting\" is not as expected, since the watch at tests/process/testing/metrics.rs:LINE
      expected  counted
  at         4        3  <--
  by        -2       -2
  it was 5 and is now 3",
            ),
            (
                metric("loads_fill_ratio").at(0.5),
                "gauge \"loads_fill_ratio\" is not as expected, since the watch at tests/process/testing/metrics.rs:LINE
      expected  counted
  at       0.5     0.75  <--
  it was 0.0 and is now 0.75",
            ),
            (
                metric("loads_bytes").unchanged(),
                "histogram \"loads_bytes\" is not as expected, since the watch at tests/process/testing/metrics.rs:LINE
                expected  counted
  observations         0        2  <--",
            ),
            (
                metric("loads_bytes").observations(2).sum(78).all_within(10),
                "histogram \"loads_bytes\" is not as expected, since the watch at tests/process/testing/metrics.rs:LINE
                expected  counted
  observations         2        2
  sum                 78       77  <--
  above 10             0        1  <--",
            ),
            (
                metric("loads_seconds").sum(Duration::from_micros(2_500)),
                "histogram \"loads_seconds\" is not as expected, since the watch at tests/process/testing/metrics.rs:LINE
       expected  counted
  sum     2.5ms      3ms  <--",
            ),
            (
                metric("loads_seconds").sum(3),
                "histogram \"loads_seconds\": it is a histogram of time: use a `Duration` instead of 3",
            ),
            (
                metric("loads_bytes").sum(Duration::from_secs(1)),
                "histogram \"loads_bytes\": it is not a histogram of time: use a number instead of 1s",
            ),
            (
                metric("loads_bytes").all_within(50),
                "histogram \"loads_bytes\": the number of values above 50 is unknown, because it is not a bound of \
                 the buckets; the next ones are 10 and 100",
            ),
            (
                metric("loads_bytes").all_within(-1),
                "histogram \"loads_bytes\": -1 cannot be a bound: bounds are non-negative integers",
            ),
            (
                metric("loads_bytes").by(2),
                "histogram \"loads_bytes\": a histogram has no value: use `observations` instead of `by`",
            ),
            (
                metric("loads_done_total").at(42),
                "counter \"loads_done_total\": a counter has no level: use `by` instead of `at`",
            ),
            (
                metric("loads_waiting").observations(1),
                "gauge \"loads_waiting\": it is not a histogram: use `by` or `at`",
            ),
        ] {
            assert_eq!(difference(&watch, expected), text);
        }
    }
}

mod families {
    use super::*;
    use tachometer::{Family, LabelSet};

    #[derive(LabelSet)]
    struct Job<'a> {
        tenant: &'a str,
        kind: &'a str,
    }

    #[derive(LabelSet)]
    struct Side {
        left: bool,
    }

    metrics! {
        static JOBS: Family<Job<'static>, Counter> = Family::new("tested_jobs_total", "Jobs");
        static SPREAD: Family<Job<'static>, Histogram> =
            Family::histogram_of_time("tested_seconds", "Times", &const { buckets::seconds([0.001, 0.01]) });
        static LEVELS: Family<Side, Gauge> = Family::new("tested_level", "Levels");
    }

    #[test]
    fn a_label_chooses_series_of_a_family() {
        let watch = testing::watch();
        // They have no series yet.
        watch.assert(metric("tested_jobs_total").unchanged());
        watch.assert(metric("tested_jobs_total").with("kind", "mail").unchanged());
        watch.assert(metric("tested_seconds").observations(0).sum(Duration::ZERO));
        assert_eq!(
            difference(&watch, metric("tested_jobs_total").by(1)),
            "counter \"tested_jobs_total\" is not as expected, since the watch at tests/process/testing/metrics.rs:LINE
      expected  counted
  by         1        0  <--"
        );
        let mail = Job { tenant: "a", kind: "mail" };
        JOBS.with(&mail).increment();
        JOBS.with(&Job { tenant: "b", kind: "mail" }).add(2);
        JOBS.with(&Job { tenant: "b", kind: "report" }).add(4);
        SPREAD.with(&mail).observe_duration(Duration::from_millis(2));
        SPREAD.with(&Job { tenant: "b", kind: "mail" }).observe_duration(Duration::from_millis(1));
        LEVELS.with(&Side { left: true }).set(3);
        LEVELS.with(&Side { left: false }).set(-1);

        watch.assert(metric("tested_jobs_total").by(7));
        watch.assert(metric("tested_jobs_total").with("kind", "mail").by(3));
        watch.assert(metric("tested_jobs_total").with_all(&mail).by(1));
        watch.assert(metric("tested_jobs_total").with("tenant", "c").unchanged());
        watch.assert(metric("tested_seconds").observations(2).sum(Duration::from_millis(3)));
        watch.assert(metric("tested_seconds").with_all(&mail).sum(Duration::from_millis(2)));
        watch.assert(metric("tested_level").with("left", true).at(3).by(3));
        watch.assert(metric("tested_level").with_all(&Side { left: false }).at(-1));
        assert_eq!(
            difference(&watch, metric("tested_jobs_total").with("kind", "mail").by(1)),
            "counter \"tested_jobs_total\" with kind=\"mail\" is not as expected, since the watch at \
             tests/process/testing/metrics.rs:LINE
      expected  counted
  by         1        3  <--
  series of it that changed:
    tenant=\"a\", kind=\"mail\": by 1
    tenant=\"b\", kind=\"mail\": by 2
    tenant=\"b\", kind=\"report\": by 4"
        );
        assert_eq!(
            difference(&watch, metric("tested_level").with("left", true).at(2)),
            "gauge \"tested_level\" with left=\"true\" is not as expected, since the watch at \
             tests/process/testing/metrics.rs:LINE
      expected  counted
  at         2        3  <--
  it was 0 and is now 3
  series of it that changed:
    left=\"false\": from 0 to -1
    left=\"true\": from 0 to 3"
        );
        assert_eq!(
            difference(&watch, metric("tested_jobs_total").with("kind", "raport").by(1)),
            "counter \"tested_jobs_total\" with kind=\"raport\" is not as expected, since the watch at \
             tests/process/testing/metrics.rs:LINE
      expected  counted
  by         1        0  <--
  no series has kind=\"raport\"; values of \"kind\": \"report\" and \"mail\"
  series of it that changed:
    tenant=\"a\", kind=\"mail\": by 1
    tenant=\"b\", kind=\"mail\": by 2
    tenant=\"b\", kind=\"report\": by 4"
        );
        assert_eq!(
            difference(&watch, metric("tested_jobs_total").with("kin", "mail").unchanged()),
            "counter \"tested_jobs_total\" with kin=\"mail\": it has no label \"kin\"; most like it: \"kind\""
        );
    }
}

#[test]
fn registered_metrics_are_found_by_their_printed_names() {
    let registry = registry();
    let requests = registry.register_collector("http");
    let histogram = registry.register_histogram("request", [10, 100]);
    let extremes = registry.register_minmax("wait");
    let counter = registry.register_counter("hits");
    let gauge = registry.register_gauge("load");
    extremes.update(3);
    counter.add(10);
    let watch = testing::watch_registry(&registry);
    requests.record_request();
    requests.record_bytes(512);
    requests.connection_opened();
    histogram.record(70);
    extremes.update(9);
    counter.add(5);
    gauge.set(-4);
    watch.assert(metric("http_requests").by(1));
    watch.assert(metric("http_errors").unchanged());
    watch.assert(metric("http_bytes_sent").by(512));
    watch.assert(metric("http_active_connections").at(1).by(1));
    watch.assert(metric("request").observations(1).sum(70).all_within(100));
    watch.assert(metric("request_latency_us").observations(1));
    watch.assert(metric("wait_min").at(3).by(0));
    watch.assert(metric("wait_max").at(9).by(6));
    watch.assert(metric("hits").by(5));
    watch.assert(metric("load").at(-4).by(-4));
    // As in a difference of snapshots, a reset is no negative change.
    counter.reset();
    watch.assert(metric("hits").unchanged());
    assert_eq!(watch.changes().counters["hits"], 0);
}

#[test]
fn only_what_is_named_may_have_changed() {
    let registry = registry();
    let hits = registry.register_counter("hits");
    let load = registry.register_gauge("load");
    let sizes = registry.register_histogram("sizes", [10]);
    let http = registry.register_collector("http");
    let watch = testing::watch_registry(&registry);
    watch.assert_only(&[]);
    hits.add(2);
    watch.assert_only(&["hits"]);
    watch.assert_only(&["hits", "load"]);
    load.set(3);
    sizes.record(7);
    http.record_error();
    watch.assert_only(&["hits", "load", "sizes", "http"]);
    let (text, _) = failure(|| watch.assert_only(&["hits"]));
    assert_eq!(
        text,
        "more than \"hits\" has changed, since the watch at tests/process/testing/metrics.rs:LINE
  the rest is:
    counter \"http_errors\": by 1
    gauge \"load\": from 0 to 3
    histogram \"sizes_latency_us\": 1 observation"
    );
    let text = watch.check_only(&[]).unwrap_err().to_string();
    assert!(text.starts_with("more than nothing has changed"), "{text}");
    let text = watch.check_only(&["hit"]).unwrap_err().to_string();
    assert_eq!(text, "nothing is called \"hit\"; most like it: \"hits\"");
}
