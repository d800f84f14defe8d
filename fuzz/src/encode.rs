//! The encoders.

use crate::content::Content;
use crate::exposition::{Sample, number, read};
use arbitrary::{Arbitrary, Unstructured};
use tachometer::families::{Labels, Number, Value};
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

    assert!(snapshot.to_string().ends_with('\n'));
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
