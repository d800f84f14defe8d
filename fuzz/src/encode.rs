//! The encoders.

use crate::content::Content;
use crate::exposition::{self, Family, Sample, number, read};
use crate::messages::{self, Counter, Gauge, Histogram, Metric, decode, merged};
use arbitrary::{Arbitrary, Unstructured};
use std::time::UNIX_EPOCH;
use tachometer::families::{Distribution, Labels, MetricFamily, Number, SeriesView, Value};
use tachometer::{Exemplar, Format, FullSnapshot};

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
        let without = |sample: &Sample| Sample { exemplar: None, ..sample.clone() };
        assert!(open.samples.iter().map(without).eq(printed.samples.iter().cloned()));
        check_exemplars(open, expected);
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
            check_message(shown, expected);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "protocol buffers have no other numbers")]
fn float(number: Number) -> f64 {
    match number {
        Number::Unsigned(count) => count as f64,
        Number::Signed(level) => level as f64,
        Number::Float(quantity) => quantity,
        _ => panic!("a number of a new kind"),
    }
}

fn check_message(shown: &Metric, series: &SeriesView<'_>) {
    match &series.value {
        Value::Number(number) => {
            let counter = shown.counter.as_ref().map(Counter::value);
            let gauge = shown.gauge.as_ref().map(Gauge::value);
            let value = counter.xor(gauge).expect("one number");
            assert!(shown.histogram.is_none());
            assert_eq!(value.to_bits(), float(*number).to_bits());
            let exemplar = shown.counter.as_ref().and_then(|counter| counter.exemplar.as_ref());
            assert_eq!(exemplar.map(of_message), series.exemplar().map(|it| wanted(it, series.value_of(it))));
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
            let exemplars = histogram
                .bucket
                .iter()
                .map(|bucket| (bucket.upper_bound(), bucket.exemplar.as_ref().map(of_message)));
            check_of_buckets(distribution, exemplars);
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
        let listed = shown.exemplars.iter().map(of_message);
        assert!(listed.eq(distribution.exemplars().map(|it| wanted(it, distribution.value_of(it)))));
    } else {
        assert!(shown.exemplars.is_empty());
        assert!(shown.positive_span.is_empty() && shown_buckets.is_empty());
    }
}

/// An exemplar, whatever the format: its trace, the bits of its value, its time in microseconds.
type Shown = (String, u64, u128);

fn wanted(exemplar: &Exemplar, value: Number) -> Shown {
    let time = exemplar.time().duration_since(UNIX_EPOCH).expect("a time after 1970");
    (exemplar.trace().to_string(), float(value).to_bits(), time.as_micros())
}

fn of_message(message: &messages::Exemplar) -> Shown {
    let labels: Vec<_> = message.label.iter().map(|label| (label.name(), label.value())).collect();
    let [("trace_id", trace), ("span_id", span)] = labels[..] else { panic!("{message:?}") };
    let time = message.timestamp.expect("a time");
    let seconds = u128::try_from(time.seconds()).expect("a time after 1970");
    let micros = seconds * 1_000_000 + u128::from(time.nanos().unsigned_abs()) / 1_000;
    (format!("{trace}-{span}"), message.value().to_bits(), micros)
}

fn of_text(text: &exposition::Exemplar) -> Shown {
    let labels: Vec<_> = text.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let [("trace_id", trace), ("span_id", span)] = labels[..] else { panic!("{text:?}") };
    let (seconds, micros) = text.time.split_once('.').expect("a fraction of a second");
    assert_eq!(micros.len(), 6, "{text:?}");
    let micros = format!("{seconds}{micros}").parse().expect("a number");
    (format!("{trace}-{span}"), number(&text.value).expect("a number").to_bits(), micros)
}

/// Samples of counters and buckets show their exemplars, if the type of the family may have any.
fn check_exemplars(open: &Family, expected: &MetricFamily<'_>) {
    let mut samples = open.samples.iter();
    for series in &expected.series {
        if let Value::Histogram(distribution) = &series.value {
            let buckets = distribution.buckets().map(|bucket| {
                let sample = samples.next().expect("a bucket");
                (bucket.upper_bound, sample.exemplar.as_ref().map(of_text))
            });
            check_of_buckets(distribution, buckets);
            samples.nth(1).expect("a sum and a count");
        } else {
            let shown = samples.next().expect("a sample").exemplar.as_ref().map(of_text);
            let is_counter = open.name != expected.name;
            let exemplar = series.exemplar().filter(|_| is_counter);
            assert_eq!(shown, exemplar.map(|it| wanted(it, series.value_of(it))));
        }
    }
}

/// Each bucket shows one of the exemplars in it, the latest of all is shown, and none twice.
fn check_of_buckets(distribution: &Distribution<'_>, buckets: impl Iterator<Item = (f64, Option<Shown>)>) {
    let mut rest = distribution.exemplars();
    let (mut last, mut latest) = (f64::NEG_INFINITY, None);
    for (bound, shown) in buckets {
        if let Some(shown) = shown {
            let value = f64::from_bits(shown.1);
            assert!(last <= value && value <= bound, "{shown:?} is not from {last} to {bound}");
            latest = latest.max(Some(shown.2));
            let is_shown = |exemplar: &Exemplar| wanted(exemplar, distribution.value_of(exemplar)) == shown;
            assert!(rest.any(is_shown), "{shown:?} is none of {distribution:?}, or not in their order");
        }
        last = bound;
    }
    let times = distribution.exemplars().map(|exemplar| wanted(exemplar, Number::Unsigned(0)).2);
    assert_eq!(latest, times.max());
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
