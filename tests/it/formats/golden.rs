//! Texts to the letter: one of each kind, functions with all that they may have, differences.

use super::{FORMATS, encode, full_registry, registry, text_of};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tachometer::{Format, FullSnapshot, MetricsRegistry, MockClock, instrumented};

const GOLDEN: &str = r#"# HELP api_latency_us Latency of api in microseconds.
# TYPE api_latency_us histogram
api_latency_us_bucket{le="10.0"} 1
api_latency_us_bucket{le="1000.0"} 3
api_latency_us_bucket{le="1e+06"} 4
api_latency_us_bucket{le="+Inf"} 5
api_latency_us_sum 3000033
api_latency_us_count 5
# HELP http_active_connections Open connections of collector http.
# TYPE http_active_connections gauge
http_active_connections -1
# HELP http_bytes_sent Bytes sent of collector http.
# TYPE http_bytes_sent counter
http_bytes_sent 5000000000
# HELP http_errors Errors of collector http.
# TYPE http_errors counter
http_errors 1
# HELP http_requests Requests of collector http.
# TYPE http_requests counter
http_requests 3
# HELP jobs_total Counter jobs_total.
# TYPE jobs_total counter
jobs_total 12
# HELP queue Gauge queue.
# TYPE queue gauge
queue -4
# HELP size_max The largest value of size.
# TYPE size_max gauge
size_max 70
# HELP size_min The smallest value of size.
# TYPE size_min gauge
size_min 7
"#;

#[test]
fn one_of_each_kind_to_the_letter() {
    let registry = full_registry();
    assert_eq!(text_of(&registry), GOLDEN);
    assert_eq!(text_of(&registry), GOLDEN);
}

const OPENMETRICS: &str = r#"# HELP api_latency_us Latency of api in microseconds.
# TYPE api_latency_us histogram
api_latency_us_bucket{le="10.0"} 1
api_latency_us_bucket{le="1000.0"} 3
api_latency_us_bucket{le="1e+06"} 4
api_latency_us_bucket{le="+Inf"} 5
api_latency_us_sum 3000033
api_latency_us_count 5
api_latency_us_created CREATED
# HELP http_active_connections Open connections of collector http.
# TYPE http_active_connections gauge
http_active_connections -1
# HELP http_bytes_sent Bytes sent of collector http.
# TYPE http_bytes_sent unknown
http_bytes_sent 5000000000
# HELP http_errors Errors of collector http.
# TYPE http_errors unknown
http_errors 1
# HELP http_requests Requests of collector http.
# TYPE http_requests unknown
http_requests 3
# HELP jobs Counter jobs_total.
# TYPE jobs counter
jobs_total 12
jobs_created CREATED
# HELP queue Gauge queue.
# TYPE queue gauge
queue -4
# HELP size_max The largest value of size.
# TYPE size_max gauge
size_max 70
# HELP size_min The smallest value of size.
# TYPE size_min gauge
size_min 7
# EOF
"#;

#[test]
fn one_of_each_kind_to_the_letter_in_openmetrics() {
    let began = SystemTime::now();
    let snapshot = full_registry().snapshot_all();
    let ended = SystemTime::now();
    assert_eq!(snapshot.to_openmetrics_format(), without_created(OPENMETRICS));
    let text = encode(&snapshot, Format::OpenMetricsWithCreated);
    let created = text.lines().find_map(|line| line.strip_prefix("jobs_created ")).expect("it was made");
    assert_eq!(text, OPENMETRICS.replace("CREATED", created));
    let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).expect("later").as_secs_f64();
    let created: f64 = created.parse().expect("a number");
    assert!((seconds(began)..=seconds(ended)).contains(&created), "{created}");
}

/// A text without the lines of `_created` samples.
fn without_created(text: &str) -> String {
    text.split_inclusive('\n').filter(|line| !line.ends_with(" CREATED\n")).collect()
}

#[test]
fn nothing_is_the_end_alone_in_openmetrics() {
    let registry = registry();
    registry.register_minmax("unseen");
    for format in [Format::OpenMetrics, Format::OpenMetricsWithCreated] {
        assert_eq!(encode(&registry.snapshot_all(), format), "# EOF\n");
    }
}

#[test]
fn help_escapes_quotes_too_in_openmetrics() {
    let registry = registry();
    registry.register_counter("jobs");
    registry.describe("jobs", "a\\b \"quoted\"\r\nnext é\\n");
    assert_eq!(
        registry.snapshot_all().to_openmetrics_format(),
        "# HELP jobs a\\\\b \\\"quoted\\\" \\nnext é\\\\n\n# TYPE jobs unknown\njobs 0\n# EOF\n"
    );
    assert_eq!(
        text_of(&registry),
        "# HELP jobs a\\\\b \"quoted\" \\nnext é\\\\n\n# TYPE jobs counter\njobs 0\n"
    );
}

#[test]
fn a_counter_that_cannot_be_named_as_one_is_unknown() {
    let registry = registry();
    for name in ["_total", "a_total_total", "plain", "x_totals"] {
        registry.register_counter(name).add(u64::MAX);
    }
    assert_eq!(
        encode(&registry.snapshot_all(), Format::OpenMetricsWithCreated),
        "# HELP _total Counter _total.\n# TYPE _total unknown\n_total 18446744073709551615\n\
         # HELP a_total_total Counter a_total_total.\n# TYPE a_total_total unknown\n\
         a_total_total 18446744073709551615\n\
         # HELP plain Counter plain.\n# TYPE plain unknown\nplain 18446744073709551615\n\
         # HELP x_totals Counter x_totals.\n# TYPE x_totals unknown\nx_totals 18446744073709551615\n# EOF\n"
    );
}

static FUNCTIONS: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::MAX));

/// An error and its kind.
struct Failure(&'static str);

fn kind(error: &Failure) -> &'static str {
    error.0
}

#[instrumented(
    name = "fetch \"it\"",
    labels(tier = "a\\b", url = url),
    max_label_sets = 2,
    buckets = [0.000_001, 0.25, 1, 1_000_000],
    error_kind = kind,
    registry = &FUNCTIONS
)]
fn fetch(url: &str, clock: MockClock, result: Result<(), Failure>) -> Result<(), Failure> {
    clock.advance(Duration::from_millis(250));
    result
}

#[instrumented(sample = 4, buckets = [1], registry = &FUNCTIONS)]
fn tick(clock: MockClock) {
    clock.advance(Duration::from_nanos(1_500));
}

/// Functions in every state that a text shows.
static CALLED: LazyLock<(FullSnapshot, FullSnapshot)> = LazyLock::new(|| {
    let clock = MockClock::new();
    let _entered = clock.enter();
    let _ = fetch("\"/a\",\n{b=\"c\\d\"} é 語", clock, Ok(()));
    let _ = fetch("", clock, Err(Failure("time\nout")));
    (0..4).for_each(|_| tick(clock));
    let earlier = FUNCTIONS.snapshot_all();
    let _ = fetch("", clock, Err(Failure("none")));
    let _ = fetch("one too many", clock, Ok(()));
    let _ = fetch("and another", clock, Ok(()));
    (earlier, FUNCTIONS.snapshot_all())
});

/// Without the line that depends on the machine.
fn without_clock(text: &str) -> String {
    text.split_inclusive('\n').filter(|line| !line.contains("tachometer_clock_info")).collect()
}

#[test]
fn functions_to_the_letter() {
    let text = without_clock(&encode(&CALLED.1, Format::Prometheus));
    assert_eq!(text, include_str!("golden/functions.txt"));
}

#[test]
fn functions_to_the_letter_in_openmetrics() {
    let golden = include_str!("golden/functions.openmetrics");
    let text = without_clock(&encode(&CALLED.1, Format::OpenMetrics));
    assert_eq!(text, without_created(golden));
    let text = without_clock(&encode(&CALLED.1, Format::OpenMetricsWithCreated));
    let created = text.lines().find_map(|line| Some(line.split_once("_created{")?.1.rsplit_once(' ')?.1));
    assert_eq!(text, golden.replace("CREATED", created.expect("they were made")));
}

#[test]
fn a_difference_to_the_letter_with_the_time_of_the_earlier_snapshot() {
    let (earlier, later) = &*CALLED;
    let difference = later.since(earlier);
    let created = earlier.timestamp.duration_since(UNIX_EPOCH).expect("later").as_secs_f64();
    let golden = include_str!("golden/difference.openmetrics");
    let golden = golden.replace("CREATED", &super::reader::canonical(created));
    assert_eq!(without_clock(&encode(&difference, Format::OpenMetricsWithCreated)), golden);
}

#[test]
fn every_format_names_the_same_series_and_shows_the_same_numbers() {
    let samples = |format| -> Vec<String> {
        let text = encode(&CALLED.1, format);
        text.lines()
            .filter(|line| !line.starts_with('#') && !line.contains("_created"))
            .map(str::to_owned)
            .collect()
    };
    let [text, openmetrics, with_created] = FORMATS.map(samples);
    assert!(text.len() > 50);
    assert_eq!(text, openmetrics);
    assert_eq!(text, with_created);
}
