//! CloudWatch's embedded metric format: JSON documents, one a line, whose metrics CloudWatch extracts from a log.
//!
//! The series with the same labels are in one document, with their labels as dimensions or as properties. A `document` is begun anew where
//! a limit would be exceeded. `text` escapes what CloudWatch does not allow.
//!
//! Counters are differences, and absent if they have not grown. Gauges are values. Histograms are the middles of the buckets with new
//! values, and how many values each stands for.

mod document;
#[cfg(test)]
mod tests;
mod text;
mod unit;

use crate::encode::number::{push_scaled, push_signed, push_unsigned};
use crate::snapshot::families::{Distribution, Number, Value};
use crate::snapshot::{FullSnapshot, ListedFamily, MetricKind};
use document::{Document, Head};
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::time::UNIX_EPOCH;
pub(crate) use text::is_dimension_name;
use unit::unit;

/// The largest number of dimensions.
pub(crate) const MAX_DIMENSIONS: usize = 30;
/// The largest number of values of a metric in a document.
const MAX_VALUES: usize = 100;

/// An encoder of snapshots as documents.
#[derive(Debug)]
pub(crate) struct EmfEncoder {
    pub(crate) namespace: String,
    /// Dimensions of all metrics.
    pub(crate) dimensions: Vec<(String, String)>,
    /// The labels that are dimensions. `None`: all. The others are properties, which can be searched for in the log.
    pub(crate) labels: Option<Vec<String>>,
}

/// Labels in the order they are printed in, without empty ones.
type Labels<'a> = Vec<(&'a str, &'a str)>;

impl EmfEncoder {
    /// Appends the documents of the gauges of `snapshot`, and of the counters and histograms of `difference`, what is new in it. Calls
    /// `refuse` with an error text for labels whose metrics cannot be written.
    pub(crate) fn encode(
        &self,
        snapshot: &FullSnapshot,
        difference: &FullSnapshot,
        out: &mut String,
        mut refuse: impl FnMut(String),
    ) {
        let mut families = difference.listed_families();
        families.retain(|family| family.kind != MetricKind::Gauge);
        // A difference has no extremes, which are gauges.
        families
            .extend(snapshot.listed_families().into_iter().filter(|family| family.kind == MetricKind::Gauge));

        let mut groups = BTreeMap::<Labels<'_>, Vec<(&ListedFamily<'_>, Value<'_>)>>::new();
        for family in &families {
            family.each_series(|series| {
                if is_written(family.kind, &series.value) {
                    let labels = series.labels.iter().filter(|(_, value)| !value.is_empty()).collect();
                    groups.entry(labels).or_default().push((family, series.value));
                }
            });
        }
        let names: HashSet<&str> = families.iter().map(|family| &*family.name).collect();
        let timestamp = snapshot.timestamp.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        for (labels, metrics) in groups {
            let head = match self.head(&labels, &names, timestamp) {
                Ok(head) => head,
                Err(reason) => {
                    let names: Vec<&str> = metrics.iter().map(|(family, _)| &*family.name).collect();
                    refuse(format!("cannot write {} with the labels {labels:?}: {reason}", names.join(", ")));
                    continue;
                }
            };
            let mut document = Document::new(&head);
            for (family, value) in &metrics {
                let unit = unit(family, value);
                match value {
                    Value::Number(number) => {
                        document.add(out, &family.name, unit, |out| push_number(out, *number));
                    }
                    Value::Histogram(distribution) => {
                        add_histogram(&mut document, out, &family.name, unit, distribution);
                    }
                }
            }
            document.finish(out);
        }
    }

    /// Returns what all documents of a label set begin with, or the reason why CloudWatch would refuse it.
    fn head(&self, labels: &Labels<'_>, names: &HashSet<&str>, timestamp: u128) -> Result<Head, String> {
        let is_dimension =
            |name: &str| self.labels.as_ref().is_none_or(|chosen| chosen.iter().any(|chosen| chosen == name));
        let (of_labels, properties): (Labels<'_>, Labels<'_>) =
            labels.iter().partition(|(name, _)| is_dimension(name));
        let constant = self.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let is_own = |constant: &str| labels.iter().any(|(name, _)| *name == constant);
        let dimensions: Labels<'_> = constant.filter(|(name, _)| !is_own(name)).chain(of_labels).collect();
        if dimensions.len() > MAX_DIMENSIONS {
            return Err(format!(
                "there are {} dimensions, and at most {MAX_DIMENSIONS} are allowed",
                dimensions.len()
            ));
        }
        let mut head = Head::new(timestamp, &self.namespace);
        let mut members = Members { metrics: names, labels, used: Vec::new() };
        for (name, value) in dimensions {
            head.add_dimension(&members.name(name), value)?;
        }
        for (name, value) in properties {
            head.add_property(&members.name(name), value);
        }
        if !head.has_room() {
            return Err("the labels are too long for a document".to_owned());
        }
        Ok(head)
    }
}

/// The names of the members of a document, none of which may be there twice.
struct Members<'a> {
    metrics: &'a HashSet<&'a str>,
    labels: &'a Labels<'a>,
    /// Those of labels and dimensions, so far.
    used: Vec<String>,
}

impl Members<'_> {
    /// Returns the name of the member of a label or a dimension.
    fn name(&mut self, label: &str) -> String {
        let is_taken = |name: &str| {
            name == "_aws"
                || self.metrics.contains(name)
                || self.used.iter().any(|used| used == name)
                || (name != label && self.labels.iter().any(|(other, _)| *other == name))
        };
        let mut name = label.to_owned();
        while is_taken(&name) {
            name.push('_');
        }
        self.used.push(name.clone());
        name
    }
}

/// Returns whether a value has a form in CloudWatch, and, of a counter or a histogram, is new.
fn is_written(kind: MetricKind, value: &Value<'_>) -> bool {
    /// The largest magnitude that CloudWatch accepts: 2³⁶⁰.
    const LARGEST: f64 = 2.348_542_582_773_833_4e108;
    let is_allowed =
        |number: &Number| !matches!(number, Number::Float(float) if float.is_nan() || float.abs() > LARGEST);
    let is_new = |number: &Number| match number {
        Number::Unsigned(number) => *number > 0,
        Number::Signed(number) => *number > 0,
        Number::Float(number) => *number > 0.0,
    };
    match value {
        Value::Number(number) => is_allowed(number) && (kind == MetricKind::Gauge || is_new(number)),
        Value::Histogram(distribution) => distribution.count() > 0,
    }
}

/// Appends a number of at most 2³⁶⁰, which JSON can represent as it is.
fn push_number(out: &mut String, number: Number) {
    match number {
        Number::Unsigned(number) => push_unsigned(out, number),
        Number::Signed(number) => push_signed(out, number),
        // CloudWatch refuses smaller ones.
        Number::Float(number) if number.abs() < SMALLEST => out.push('0'),
        Number::Float(number) => write!(out, "{number}").expect("writing to a string cannot fail"),
    }
}

/// The smallest magnitude that CloudWatch accepts: 2⁻³⁶⁰.
const SMALLEST: f64 = 4.257_959_840_008_151e-109;

/// Adds a histogram as the middles of its buckets: in several documents, if it has more than one can contain.
fn add_histogram(
    document: &mut Document<'_>,
    out: &mut String,
    name: &str,
    unit: &str,
    distribution: &Distribution<'_>,
) {
    let decimals = if distribution.is_of_time() { 9 } else { 0 };
    let mut middles = Vec::new();
    distribution.recorded().each_middle(|value, count| middles.push((value, count)));
    for part in middles.chunks(MAX_VALUES) {
        let whole = (part.len() == middles.len()).then(|| distribution.sum());
        document.add(out, name, unit, |out| push_values(out, part, whole, decimals));
    }
}

/// Appends values and their counts, with the statistics of both. The sum is that of the middles, unless the true one is known.
fn push_values(out: &mut String, middles: &[(u64, u64)], sum: Option<Number>, decimals: u32) {
    let push_list = |out: &mut String, name: &str, push: &dyn Fn(&mut String, &(u64, u64))| {
        out.push_str(name);
        for (index, middle) in middles.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            push(out, middle);
        }
        out.push(']');
    };
    let push_value = |out: &mut String, value: u64| push_scaled(out, value, decimals);
    push_list(out, "{\"Values\":[", &|out, (value, _)| push_value(out, *value));
    push_list(out, ",\"Counts\":[", &|out, (_, count)| push_unsigned(out, *count));
    for (name, middle) in [(",\"Min\":", middles.first()), (",\"Max\":", middles.last())] {
        if let Some((value, _)) = middle {
            out.push_str(name);
            push_value(out, *value);
        }
    }
    out.push_str(",\"Count\":");
    push_unsigned(out, middles.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count)));
    out.push_str(",\"Sum\":");
    let of_middles = || {
        let sum: f64 = middles.iter().map(|(value, count)| *value as f64 * *count as f64).sum();
        Number::Float(sum / 10_f64.powi(decimals.cast_signed()))
    };
    push_number(out, sum.unwrap_or_else(of_middles));
    out.push('}');
}
