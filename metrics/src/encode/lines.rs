//! Lines of exposition formats: names, labels, numbers, the samples of a histogram.

use super::bounds::Bounds;
use super::encoded_labels::{EncodedLabels, LabelBuffer};
use super::escape::{Quotes, push_help};
use super::exemplars::push_exemplar;
use super::number::{push_float, push_signed, push_unsigned};
use crate::labels::{SeriesLabels, push_label};
use crate::snapshot::families::{MetricKind, Number, SeriesView, Value};
use crate::snapshot::{FullSnapshot, ListedFamily};
use std::ops::Range;

/// A writer of the lines of series.
///
/// A series of a family has its labels as text. Those of a function are joined once for all families, and those that are put
/// together of several parts once for all lines of a series. The next histogram usually has the same bounds, so their text is kept.
pub(super) struct Lines<'text, 'a> {
    out: &'text mut String,
    names: Names,
    labels: EncodedLabels<'a, String>,
    bounds: Bounds,
    /// The line of a bucket, up to its bound.
    bucket: String,
    /// Whether exemplars are shown.
    exemplars: bool,
}

/// The names of the samples of a family, each with a brace: `jobs_total{`.
#[derive(Default)]
struct Names {
    number: String,
    bucket: String,
    sum: String,
    count: String,
}

/// A sample that each series of a family has, with the same number.
pub(super) struct Constant {
    /// `jobs_created{`
    name: String,
    /// What follows the labels: `} 1.5e+09` and a line feed.
    number: String,
}

impl Constant {
    /// Creates the sample `name`. The number is a text that needs no escaping.
    pub(super) fn new(name: &str, number: &str) -> Self {
        Constant { name: format!("{name}{{"), number: format!("}} {number}\n") }
    }
}

impl<'text, 'a> Lines<'text, 'a> {
    /// Creates a writer that appends families of `snapshot` to `out`.
    pub(super) fn new(out: &'text mut String, snapshot: &'a FullSnapshot) -> Self {
        Lines {
            out,
            names: Names::default(),
            labels: EncodedLabels::new(&snapshot.functions),
            bounds: Bounds::default(),
            bucket: String::new(),
            exemplars: false,
        }
    }

    /// Sets whether counters and buckets show their exemplars. They do not from the start.
    pub(super) fn show_exemplars(&mut self, exemplars: bool) {
        self.exemplars = exemplars;
    }

    /// Writes the lines of all series of a family, each with the line of a `constant` sample, if there is one.
    pub(super) fn all_series(&mut self, family: &ListedFamily<'a>, constant: Option<&Constant>) {
        let Names { number, bucket, sum, count } = &mut self.names;
        for (name, suffix) in [(number, "{"), (bucket, "_bucket{"), (sum, "_sum{"), (count, "_count{")] {
            name.clear();
            name.extend([&*family.name, suffix]);
        }
        family.each_series(|series| self.series(&series, constant));
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

    #[inline]
    fn series(&mut self, series: &SeriesView<'a>, constant: Option<&Constant>) {
        let Lines { out, names, labels, bounds, bucket, exemplars } = self;
        let labels = labels.of(&series.labels);
        let exemplars = *exemplars;
        match &series.value {
            Value::Number(number) => {
                push_sample(out, &names.number, labels, *number);
                if let Some(exemplar) = exemplars.then(|| series.exemplar()).flatten() {
                    // The line has just been ended.
                    out.pop();
                    push_exemplar(out, exemplar, series.value_of(exemplar));
                    out.push('\n');
                }
            }
            Value::Histogram(distribution) => {
                bucket.clear();
                bucket.extend([&names.bucket, labels]);
                bucket.push_str(if labels.is_empty() { "le=\"" } else { ",le=\"" });
                let count = bounds.push_buckets(out, bucket, distribution, exemplars);
                push_sample(out, &names.sum, labels, distribution.sum());
                push_sample(out, &names.count, labels, Number::Unsigned(count));
            }
        }
        match constant {
            None => {}
            Some(Constant { name, number }) if labels.is_empty() => {
                out.extend([without_brace(name), &number[1..]]);
            }
            Some(Constant { name, number }) => {
                out.push_str(name);
                out.push_str(labels);
                out.push_str(number);
            }
        }
    }
}

/// Labels as text, `a="b",c="d"`.
impl LabelBuffer for String {
    type Joined = str;

    #[inline]
    fn push(&mut self, name: &str, value: &str) {
        push_label(self, name, value);
    }

    #[inline]
    fn push_joined(&mut self, labels: &str) {
        self.push_str(labels);
    }

    #[inline]
    fn clear(&mut self) {
        self.clear();
    }

    #[inline]
    fn length(&self) -> usize {
        self.len()
    }

    #[inline]
    fn part(&self, range: Range<usize>) -> &str {
        &self[range]
    }

    #[inline]
    fn of_series(labels: &SeriesLabels) -> Option<&str> {
        Some(labels.printed())
    }
}

/// Appends a line. The name ends in a brace.
#[inline]
fn push_sample(out: &mut String, name: &str, labels: &str, number: Number) {
    if labels.is_empty() {
        out.push_str(without_brace(name));
        out.push(' ');
    } else {
        out.push_str(name);
        out.push_str(labels);
        out.push_str("} ");
    }
    match number {
        Number::Unsigned(count) => push_unsigned(out, count),
        Number::Signed(level) => push_signed(out, level),
        Number::Float(quantity) => push_float(out, quantity),
    }
    out.push('\n');
}

fn without_brace(name: &str) -> &str {
    &name[..name.len() - 1]
}

/// Returns the name of a kind in `# TYPE` lines.
pub(super) fn kind_name(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Counter => "counter",
        MetricKind::Gauge => "gauge",
        MetricKind::Histogram => "histogram",
    }
}
