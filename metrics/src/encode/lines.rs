//! Lines of exposition formats: names, labels, numbers, the samples of a histogram.

use super::escape::{Quotes, push_help, push_label_value};
use super::number::{push_float, push_signed, push_unsigned};
use crate::snapshot::families::{Distribution, Labels, MetricKind, Number, SeriesView, Value};

/// A writer of the lines of series.
///
/// A histogram has many lines with the same labels, and the next one usually has the same bounds. So labels and bounds are
/// formatted once.
pub(super) struct Lines<'text> {
    out: &'text mut String,
    /// The labels of the current series, `a="b",c="d"`.
    labels: String,
    /// The bounds of the last histogram, each with its text.
    bounds: Vec<(f64, String)>,
    /// The line of a bucket, up to its bound.
    bucket: String,
}

impl<'text> Lines<'text> {
    /// Creates a writer that appends to `out`.
    pub(super) fn new(out: &'text mut String) -> Self {
        Lines { out, labels: String::new(), bounds: Vec::new(), bucket: String::new() }
    }

    /// Writes `# HELP name help`.
    pub(super) fn help(&mut self, name: &str, help: &str, quotes: Quotes) {
        self.out.extend(["# HELP ", name, " "]);
        push_help(self.out, help, quotes);
        self.out.push('\n');
    }

    /// Writes `# KEYWORD name text`. The text must not need escaping.
    pub(super) fn comment(&mut self, keyword: &str, name: &str, text: &str) {
        self.out.extend(["# ", keyword, " ", name, " ", text, "\n"]);
    }

    /// Writes all lines of a series of the family `name`.
    pub(super) fn series(&mut self, name: &str, series: &SeriesView<'_>) {
        self.set_labels(&series.labels);
        match &series.value {
            Value::Number(number) => self.sample(name, "", *number),
            Value::Histogram(distribution) => self.histogram(name, distribution),
        }
    }

    /// Writes a line with the labels of the last series.
    pub(super) fn sample(&mut self, name: &str, suffix: &str, number: Number) {
        self.out.push_str(name);
        self.out.push_str(suffix);
        if !self.labels.is_empty() {
            self.out.push('{');
            self.out.push_str(&self.labels);
            self.out.push('}');
        }
        self.number(number);
    }

    fn histogram(&mut self, name: &str, distribution: &Distribution<'_>) {
        self.bucket.clear();
        self.bucket.extend([name, "_bucket{", &self.labels]);
        self.bucket.push_str(if self.labels.is_empty() { "le=\"" } else { ",le=\"" });
        // The count is that of the last bucket, so the two always agree.
        let mut count = 0;
        for (index, bucket) in distribution.buckets().enumerate() {
            count = bucket.cumulative_count;
            self.out.push_str(&self.bucket);
            let bound = bound_text(&mut self.bounds, index, bucket.upper_bound);
            self.out.push_str(bound);
            push_unsigned(self.out, count);
            self.out.push('\n');
        }
        self.sample(name, "_sum", distribution.sum());
        self.sample(name, "_count", Number::Unsigned(count));
    }

    fn set_labels(&mut self, labels: &Labels<'_>) {
        self.labels.clear();
        for (name, value) in labels.iter() {
            if !self.labels.is_empty() {
                self.labels.push(',');
            }
            self.labels.push_str(name);
            self.labels.push_str("=\"");
            push_label_value(&mut self.labels, value);
            self.labels.push('"');
        }
    }

    fn number(&mut self, number: Number) {
        self.out.push(' ');
        match number {
            Number::Unsigned(count) => push_unsigned(self.out, count),
            Number::Signed(level) => push_signed(self.out, level),
            Number::Float(quantity) => push_float(self.out, quantity),
        }
        self.out.push('\n');
    }
}

/// Returns the text between the start of a bucket's bound and its count. Reuses that of the last histogram if the bound is the
/// same.
fn bound_text(bounds: &mut Vec<(f64, String)>, index: usize, bound: f64) -> &str {
    if bounds.get(index).is_none_or(|(known, _)| known.to_bits() != bound.to_bits()) {
        bounds.truncate(index);
        let mut text = String::new();
        push_float(&mut text, bound);
        text.push_str("\"} ");
        bounds.push((bound, text));
    }
    &bounds[index].1
}

/// Returns the name of a kind in `# TYPE` lines.
pub(super) fn kind_name(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Counter => "counter",
        MetricKind::Gauge => "gauge",
        MetricKind::Histogram => "histogram",
    }
}
