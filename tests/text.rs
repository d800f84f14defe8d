//! The Prometheus text, to the letter, and the families that it is made from.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;
use tachometer::MetricsRegistry;
use tachometer::families::{MetricFamily, MetricKind, Number, Value};

fn registry() -> MetricsRegistry {
    MetricsRegistry::new(Duration::from_secs(4_000))
}

fn text_of(registry: &MetricsRegistry) -> String {
    registry.snapshot_all().to_prometheus_format()
}

/// One of each kind.
fn full_registry() -> MetricsRegistry {
    let registry = registry();
    let http = registry.register_collector("http");
    for _ in 0..3 {
        http.record_request();
    }
    http.record_error();
    http.record_bytes(5_000_000_000);
    http.connection_closed();
    let latency = registry.register_histogram("api", [10, 1_000, 1_000_000, u64::MAX, 0]);
    for value in [10, 11, 12, 1_000_000, 2_000_000] {
        latency.record(value);
    }
    registry.register_minmax("size").update(7);
    registry.register_minmax("size").update(70);
    registry.register_minmax("unseen");
    registry.register_counter("jobs_total").add(12);
    registry.register_gauge("queue").set(-4);
    registry
}

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
    check(&text);
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
    check(&text_of(&registry));
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

#[test]
fn the_parser_of_these_tests_is_strict() {
    let good = "# HELP a b\n# TYPE a counter\na 1\n";
    check(good);
    for bad in [
        "# HELP a b\n# TYPE a counter\na 1",
        "# TYPE a counter\na 1\n",
        "# HELP a b\na 1\n",
        "# HELP a b\n# TYPE a counter\nb 1\n",
        "# HELP a b\n# TYPE a counter\na 1\na 1\n",
        "# HELP a b\n# TYPE a counter\na  1\n",
        "# HELP a b\n# TYPE a counter\na -1\n",
        "# HELP a b\n# TYPE a counter\n",
        "# HELP a b\n# TYPE a counter\na 1\n\n",
        "# HELP a b\n# TYPE a counter\na 1\n# HELP a b\n# TYPE a counter\na{x=\"y\"} 1\n",
        "# HELP a b\n# TYPE a counter\na{x=\"y} 1\n",
        "# HELP a b\n# TYPE a counter\na{x=\"\\y\"} 1\n",
        "# HELP a b\\q\n# TYPE a counter\na 1\n",
        "# HELP a b\n# TYPE a histogram\na_bucket{le=\"1.0\"} 1\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n",
        "# HELP a b\n# TYPE a histogram\na_bucket{le=\"1.0\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
        "# HELP a b\n# TYPE a histogram\na_bucket{le=\"2.0\"} 1\na_bucket{le=\"1.0\"} 1\na_sum 1\na_count 1\n",
        "# HELP a b\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
    ] {
        assert!(std::panic::catch_unwind(|| check(bad)).is_err(), "accepted: {bad}");
    }
}

/// A label's name and value, unescaped.
type Label = (String, String);

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

/// A float as `le` must show it, written down independently of the library.
fn canonical(value: f64) -> String {
    if value == f64::INFINITY {
        return "+Inf".to_owned();
    }
    if value == 0.0 || (1e-4..1e6).contains(&value.abs()) {
        let plain = value.to_string();
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let (mantissa, exponent) = {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').expect("an exponent");
        (mantissa.to_owned(), exponent.parse::<i32>().expect("a number"))
    };
    format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// A family as it was printed.
struct Family {
    name: String,
    help: String,
    kind: String,
    samples: Vec<Sample>,
}

/// A line.
struct Sample {
    name: String,
    labels: Vec<Label>,
    value: String,
}

impl Sample {
    fn float(&self) -> f64 {
        match self.value.as_str() {
            "+Inf" => f64::INFINITY,
            "-Inf" => f64::NEG_INFINITY,
            value => value.parse().unwrap_or_else(|_| panic!("{value:?} is no number")),
        }
    }

    fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| label == name).map(|(_, value)| value.as_str())
    }
}

/// Reads the text format, strictly: `# HELP`, `# TYPE`, samples, and nothing else.
fn parse(text: &str) -> Vec<Family> {
    if text.is_empty() {
        return Vec::new();
    }
    let text = text.strip_suffix('\n').expect("the last line ends");
    let mut families: Vec<Family> = Vec::new();
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        let help = line.strip_prefix("# HELP ").unwrap_or_else(|| panic!("no HELP: {line:?}"));
        let (name, help) = help.split_once(' ').expect("a text");
        let kind = lines.next().and_then(|line| line.strip_prefix("# TYPE ")).expect("TYPE after HELP");
        let (typed, kind) = kind.split_once(' ').expect("a kind");
        assert_eq!(typed, name, "HELP and TYPE are of one family");
        let mut samples = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
            samples.push(parse_sample(line));
        }
        families.push(Family {
            name: name.to_owned(),
            help: unescape(help, false),
            kind: kind.to_owned(),
            samples,
        });
    }
    families
}

fn parse_sample(line: &str) -> Sample {
    let end = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':').expect("a value");
    let (name, mut rest) = line.split_at(end);
    let mut labels = Vec::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            let (label, after) = rest.split_once("=\"").expect("a label's value");
            let mut escaped = false;
            let close = after
                .find(|c: char| {
                    let closes = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    closes
                })
                .expect("a value ends");
            labels.push((label.to_owned(), unescape(&after[..close], true)));
            rest = &after[close + 1..];
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        rest = rest.strip_prefix('}').expect("the labels end");
    }
    let value = rest.strip_prefix(' ').expect("a space before the value");
    assert!(!value.is_empty() && !value.contains(' '), "one value: {line:?}");
    Sample { name: name.to_owned(), labels, value: value.to_owned() }
}

fn unescape(text: &str, quotes: bool) -> String {
    let mut chars = text.chars();
    let mut plain = String::new();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => match chars.next() {
                Some('\\') => '\\',
                Some('n') => '\n',
                Some('"') if quotes => '"',
                other => panic!("no escape: {other:?}"),
            },
            c => c,
        });
    }
    plain
}

/// Parses `text` and holds it against every rule.
fn check(text: &str) {
    let families = parse(text);
    let mut names = HashSet::new();
    let mut lines = HashSet::new();
    for family in &families {
        assert!(names.insert(&family.name), "{} stands twice", family.name);
        assert!(!family.samples.is_empty(), "{} has no sample", family.name);
        let suffixes: &[&str] = match family.kind.as_str() {
            "counter" | "gauge" => &[""],
            "histogram" => &["_bucket", "_sum", "_count"],
            kind => panic!("{kind} is no kind"),
        };
        for sample in &family.samples {
            let suffix = sample.name.strip_prefix(family.name.as_str()).expect("of this family");
            assert!(suffixes.contains(&suffix), "{} in {}", sample.name, family.name);
            assert!(lines.insert((&sample.name, &sample.labels)), "{} stands twice", sample.name);
            assert_eq!(sample.label("le").is_some(), suffix == "_bucket", "{}", sample.name);
            assert!(family.kind == "gauge" || sample.float() >= 0.0, "{} is negative", sample.name);
        }
        if family.kind == "histogram" {
            check_histogram(family);
        }
    }
}

fn check_histogram(family: &Family) {
    let mut series: BTreeMap<Vec<Label>, Vec<&Sample>> = BTreeMap::new();
    for sample in &family.samples {
        let own = sample.labels.iter().filter(|(label, _)| label != "le").cloned().collect();
        series.entry(own).or_default().push(sample);
    }
    for samples in series.into_values() {
        let [buckets @ .., sum, count] = samples.as_slice() else { panic!("no sum and count") };
        assert!(sum.name.ends_with("_sum") && count.name.ends_with("_count"), "{}", family.name);
        let mut before = (f64::NEG_INFINITY, 0.0);
        for bucket in buckets {
            let bound = bucket.label("le").expect("a bound");
            let value = if bound == "+Inf" { f64::INFINITY } else { bound.parse().expect("a number") };
            assert_eq!(bound, canonical(value));
            assert!(value > before.0 && bucket.float() >= before.1, "{}: {bound}", family.name);
            before = (value, bucket.float());
        }
        assert_eq!(buckets.last().and_then(|bucket| bucket.label("le")), Some("+Inf"));
        assert_eq!(buckets.last().map(|bucket| &bucket.value), Some(&count.value));
    }
}
