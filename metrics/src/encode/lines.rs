//! Lines of exposition formats: names, labels, numbers, the samples of a histogram.

use super::bounds::Bounds;
use super::escape::{Quotes, push_help};
use super::function_labels::FunctionLabels;
use super::number::{push_float, push_signed, push_unsigned};
use crate::labels::push_label;
use crate::snapshot::FullSnapshot;
use crate::snapshot::families::{Labels, MetricKind, Number, OwnLabels, SeriesView, Value};

/// A writer of the lines of series.
///
/// A series of a family has its labels as text. Those of a function are joined once for all families, and those that are put
/// together of several parts once for all lines of a series. The next histogram usually has the same bounds, so their text is kept.
pub(super) struct Lines<'text, 'a> {
    out: &'text mut String,
    functions: FunctionLabels<'a>,
    /// The labels of the current series, `a="b",c="d"`, if no text of them exists elsewhere.
    labels: String,
    bounds: Bounds,
    /// The line of a bucket, up to its bound.
    bucket: String,
}

impl<'text, 'a> Lines<'text, 'a> {
    /// Creates a writer that appends families of `snapshot` to `out`.
    pub(super) fn new(out: &'text mut String, snapshot: &'a FullSnapshot) -> Self {
        Lines {
            out,
            functions: FunctionLabels::new(&snapshot.functions),
            labels: String::new(),
            bounds: Bounds::default(),
            bucket: String::new(),
        }
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

    /// Writes all lines of a series of the family `name`, then one with the name and the number of `last`, if any.
    #[inline]
    pub(super) fn series(&mut self, name: &str, series: &SeriesView<'a>, last: Option<(&str, &str)>) {
        let Lines { out, functions, labels, bounds, bucket } = self;
        let labels = text_of(&series.labels, functions, labels);
        match &series.value {
            Value::Number(number) => sample(out, name, "", labels, *number),
            Value::Histogram(distribution) => {
                bucket.clear();
                bucket.extend([name, "_bucket{", labels]);
                bucket.push_str(if labels.is_empty() { "le=\"" } else { ",le=\"" });
                let count = bounds.push_buckets(out, bucket, distribution);
                sample(out, name, "_sum", labels, distribution.sum());
                sample(out, name, "_count", labels, Number::Unsigned(count));
            }
        }
        if let Some((name, number)) = last {
            push_series(out, name, "", labels);
            out.push_str(number);
            out.push('\n');
        }
    }
}

/// Returns the labels as text. If it is put together, it is written to `joined`.
#[inline]
fn text_of<'t, 'a: 't>(
    labels: &Labels<'a>,
    functions: &'t mut FunctionLabels<'a>,
    joined: &'t mut String,
) -> &'t str {
    let own = match labels.own() {
        OwnLabels::None => "",
        OwnLabels::Series(labels) => labels.printed(),
        OwnLabels::Function(function, None) => functions.printed(function),
        OwnLabels::Function(function, Some((name, value))) => {
            joined.clear();
            joined.push_str(functions.printed(function));
            push_label(joined, name, value);
            return with_shared(labels, joined);
        }
    };
    if !labels.has_shared() {
        return own;
    }
    joined.clear();
    joined.push_str(own);
    with_shared(labels, joined)
}

/// Adds the labels of all series to the own ones of a series.
fn with_shared<'t>(labels: &Labels<'_>, joined: &'t mut String) -> &'t str {
    labels.shared().for_each(|(name, value)| push_label(joined, name, value));
    joined
}

/// Appends a line.
#[inline]
fn sample(out: &mut String, name: &str, suffix: &str, labels: &str, number: Number) {
    push_series(out, name, suffix, labels);
    match number {
        Number::Unsigned(count) => push_unsigned(out, count),
        Number::Signed(level) => push_signed(out, level),
        Number::Float(quantity) => push_float(out, quantity),
    }
    out.push('\n');
}

/// Appends a line up to its number.
#[inline]
fn push_series(out: &mut String, name: &str, suffix: &str, labels: &str) {
    out.push_str(name);
    out.push_str(suffix);
    if labels.is_empty() {
        out.push(' ');
    } else {
        out.push('{');
        out.push_str(labels);
        out.push_str("} ");
    }
}

/// Returns the name of a kind in `# TYPE` lines.
pub(super) fn kind_name(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Counter => "counter",
        MetricKind::Gauge => "gauge",
        MetricKind::Histogram => "histogram",
    }
}
