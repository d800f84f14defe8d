//! The encoders.

use crate::content::Content;
use crate::exposition::{Sample, number, read};
use crate::messages::{Counter, Gauge, Histogram, Metric, decode, merged};
use arbitrary::{Arbitrary, Unstructured};
use tachometer::families::{Distribution, Labels, MetricFamily, Number, Value};
use tachometer::{Format, FullSnapshot};

/// A registry with any content, in each format.
pub fn encode(bytes: &[u8]) {
    if let Ok(content) = Content::arbitrary_take_rest(Unstructured::new(bytes)) {
        check_formats(&content.snapshot());
    }
}

/// Renders a snapshot in all formats and reads it back.
pub(crate) fn check_formats(snapshot: &FullSnapshot) {
    let text = snapshot.to_prometheus_format();
    let printed = read(&text, Format::Prometheus);
    let expected = snapshot.families();
    assert_eq!(printed.len(), expected.len());
    for (printed, expected) in printed.iter().zip(&expected) {
        assert_eq!(printed.name, expected.name);
        // OpenMetrics has no carriage returns.
        assert_eq!(printed.help, expected.help.replace('\r', " "));
        let mut samples = printed.samples.iter();
        for series in &expected.series {
            check_series(&expected.name, &series.labels, &series.value, &mut samples);
        }
        assert_eq!(samples.next(), None, "more samples than series");
    }

    let open = read(&snapshot.to_openmetrics_format(), Format::OpenMetrics);
    assert_eq!(open.len(), printed.len());
    for (open, (printed, expected)) in open.iter().zip(printed.iter().zip(&expected)) {
        assert_eq!(open.samples, printed.samples);
        assert_eq!((&open.help, open.unit.as_deref()), (&printed.help, expected.unit));
    }

    // Behind what stands there already.
    let mut created = "# EOF\n".to_owned();
    snapshot.encode(Format::OpenMetricsWithCreated, &mut created);
    for (created, open) in read(&created["# EOF\n".len()..], Format::OpenMetricsWithCreated).iter().zip(&open)
    {
        let without =
            created.samples.iter().filter(|sample| sample.name != format!("{}_created", created.name));
        assert!(without.eq(&open.samples), "with _created other series are printed");
    }

    check_protobuf(snapshot, &expected);
    assert!(snapshot.to_string().ends_with('\n'));
}

/// The messages show the same series, each number as the nearest float, and native buckets with every count.
fn check_protobuf(snapshot: &FullSnapshot, expected: &[MetricFamily<'_>]) {
    let families = merged(decode(&snapshot.to_protobuf()));
    assert_eq!(families.len(), expected.len());
    for (shown, expected) in families.iter().zip(expected) {
        assert_eq!((shown.name(), shown.help()), (&*expected.name, &*expected.help));
        assert_eq!(shown.unit.as_deref(), expected.unit);
        assert_eq!(format!("{:?}", shown.kind()).to_lowercase(), expected.kind.to_string());
        assert_eq!(shown.metric.len(), expected.series.len());
        // The histograms with native buckets stand before or after the others.
        let mut shown: Vec<&Metric> = shown.metric.iter().collect();
        let mut expected: Vec<_> = expected.series.iter().collect();
        shown.sort_by_cached_key(|series| {
            series
                .label
                .iter()
                .map(|pair| (pair.name().to_owned(), pair.value().to_owned()))
                .collect::<Vec<_>>()
        });
        expected.sort_by_cached_key(|series| {
            series.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
        });
        for (shown, expected) in shown.into_iter().zip(expected) {
            let labels = shown.label.iter().map(|pair| (pair.name(), pair.value()));
            assert!(labels.eq(expected.labels.iter()), "{shown:?} has not {:?}", expected.labels);
            check_message(shown, &expected.value);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "the format has no other numbers")]
fn check_message(shown: &Metric, expected: &Value<'_>) {
    let float = |number: Number| match number {
        Number::Unsigned(count) => count as f64,
        Number::Signed(level) => level as f64,
        Number::Float(quantity) => quantity,
        _ => panic!("a number of a new kind"),
    };
    match expected {
        Value::Number(number) => {
            let counter = shown.counter.as_ref().map(Counter::value);
            let gauge = shown.gauge.as_ref().map(Gauge::value);
            let value = counter.xor(gauge).expect("one number");
            assert!(shown.histogram.is_none());
            assert_eq!(value.to_bits(), float(*number).to_bits());
        }
        Value::Histogram(distribution) => {
            let histogram = shown.histogram.as_ref().expect("a histogram");
            assert!(shown.counter.is_none() && shown.gauge.is_none());
            let buckets =
                histogram.bucket.iter().map(|bucket| (bucket.upper_bound(), bucket.cumulative_count()));
            let expected = distribution.buckets().map(|bucket| (bucket.upper_bound, bucket.cumulative_count));
            assert!(buckets.eq(expected), "{histogram:?} is not {distribution:?}");
            assert_eq!(histogram.sample_count(), distribution.count());
            assert_eq!(histogram.sample_sum().to_bits(), float(distribution.sum()).to_bits());
            check_native(histogram, distribution);
        }
        _ => panic!("a value of a new kind"),
    }
}

/// Native buckets are shown if they hold as many values as the classic ones.
fn check_native(shown: &Histogram, distribution: &Distribution<'_>) {
    let recorded: Option<Vec<(i32, u64)>> =
        distribution.native().map(|native| native.buckets().filter(|(_, count)| *count > 0).collect());
    let shown_buckets = shown.native_buckets();
    if shown.schema.is_some() {
        assert_eq!(Some(&shown_buckets), recorded.as_ref());
        let sum: u64 = shown_buckets.iter().map(|(_, count)| count).sum();
        assert_eq!(sum + shown.zero_count(), shown.sample_count());
        assert!(!shown.positive_span.is_empty());
    } else {
        assert!(shown.positive_span.is_empty() && shown_buckets.is_empty());
    }
}

/// The lines of a series are the next samples.
fn check_series<'a>(
    name: &str,
    labels: &Labels<'_>,
    value: &Value<'_>,
    samples: &mut impl Iterator<Item = &'a Sample>,
) {
    let labels: Vec<(&str, &str)> = labels.iter().collect();
    let mut check = |suffix, bound: Option<f64>, expected| {
        let sample = samples.next().expect("as many samples as series");
        assert_eq!(sample.name, format!("{name}{suffix}"));
        let mut printed = sample.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        assert!(
            printed.by_ref().take(labels.len()).eq(labels.iter().copied()),
            "{sample:?} has not {labels:?}"
        );
        assert_eq!(printed.next().and_then(|(_, bound)| number(bound)), bound);
        assert!(shows(&sample.value, expected), "{sample:?} is not {expected:?}");
    };
    match value {
        Value::Number(number) => check("", None, *number),
        Value::Histogram(distribution) => {
            for bucket in distribution.buckets() {
                check("_bucket", Some(bucket.upper_bound), Number::Unsigned(bucket.cumulative_count));
            }
            check("_sum", None, distribution.sum());
            check("_count", None, Number::Unsigned(distribution.count()));
        }
        _ => panic!("a value of a new kind"),
    }
}

fn shows(text: &str, expected: Number) -> bool {
    match expected {
        Number::Unsigned(count) => text == count.to_string(),
        Number::Signed(level) => text == level.to_string(),
        Number::Float(quantity) => number(text).is_some_and(|read| read.to_bits() == quantity.to_bits()),
        _ => false,
    }
}
