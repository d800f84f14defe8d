//! StatsD and DogStatsD: one line per counter that has grown, per gauge, and per bucket with new values.
//!
//! Both dialects are lines of `NAME:VALUE|TYPE`, with `|@RATE` and, in DogStatsD, `|#TAGS` after it.
//!
//! - **Counters** are differences, `|c`. What has not grown is not sent.
//! - **Gauges** are values, `|g`. In the plain protocol, a sign makes a value relative. So a negative one is set to zero before, by a line
//!   in the same datagram.
//! - **Histograms** have no form in either dialect: daemons make them of single values. Each bucket with new values is sent as its middle,
//!   with the sampling rate that makes a daemon count it as many times (see `rates`). The plain protocol has timers, `|ms`, in milliseconds;
//!   DogStatsD has distributions, `|d`, in the unit of the name.
//!
//! Floats that are no numbers, or infinite, have no form in either.

mod names;
mod rates;
#[cfg(test)]
mod tests;

use super::number::{push_scaled, push_unsigned};
use crate::snapshot::families::{Distribution, Number, SeriesView, Value};
use crate::snapshot::{FullSnapshot, ListedFamily, MetricKind};
pub(crate) use names::is_tag_character;
use names::{push_clean_name, push_clean_tag, push_segment};
use rates::each_exact_part;
use std::fmt::Write;

/// A dialect of the StatsD protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum StatsdDialect {
    /// The protocol of the original daemon, which most others understand. It has no labels, so they are part of the name:
    /// `function_calls_total.function.checkout.module.shop.outcome.ok`. A character that a name cannot contain becomes `-_` and two
    /// hexadecimal digits for each byte, and `::` becomes `--`, so that two series never have the same name.
    #[default]
    Plain,
    /// The protocol of the Datadog agent, with labels as tags. Commas, bars and control characters in tags become underscores.
    DogStatsd,
}

/// An encoder of snapshots as lines. Its buffers are reused: it allocates nothing per line.
#[derive(Debug)]
pub(crate) struct StatsdEncoder {
    dialect: StatsdDialect,
    /// Empty, or what stands before each name, with a point at its end.
    prefix: String,
    /// Tags of all series.
    tags: Vec<(String, String)>,
    /// What stands before the value in the lines of a series.
    head: String,
    /// What stands after the type and the rate in the lines of a series.
    tail: String,
    line: String,
}

impl StatsdEncoder {
    pub(crate) fn new(dialect: StatsdDialect, prefix: String, tags: Vec<(String, String)>) -> Self {
        StatsdEncoder { dialect, prefix, tags, head: String::new(), tail: String::new(), line: String::new() }
    }

    /// Passes to `take` the gauges of `snapshot`, and the counters and histograms of `difference`, what is new in it. Each text is one line
    /// or several that belong into one datagram, without a line feed at the end.
    pub(crate) fn encode(
        &mut self,
        snapshot: &FullSnapshot,
        difference: &FullSnapshot,
        mut take: impl FnMut(&str),
    ) {
        for family in difference.listed_families() {
            if family.kind != MetricKind::Gauge {
                self.family(&family, &mut take);
            }
        }
        // A difference has no extremes, which are gauges.
        for family in snapshot.listed_families() {
            if family.kind == MetricKind::Gauge {
                self.family(&family, &mut take);
            }
        }
    }

    fn family(&mut self, family: &ListedFamily<'_>, take: &mut impl FnMut(&str)) {
        self.head.clear();
        self.head.push_str(&self.prefix);
        match self.dialect {
            StatsdDialect::Plain => push_segment(&mut self.head, &family.name),
            StatsdDialect::DogStatsd => push_clean_name(&mut self.head, &family.name),
        }
        let name = self.head.len();
        family.each_series(|series| {
            self.head.truncate(name);
            self.series(family.kind, &series, take);
        });
    }

    fn series(&mut self, kind: MetricKind, series: &SeriesView<'_>, take: &mut impl FnMut(&str)) {
        match &series.value {
            Value::Number(number) if kind == MetricKind::Gauge => {
                if is_number(*number) {
                    self.set_labels(series);
                    self.gauge(*number);
                    take(&self.line);
                }
            }
            Value::Number(number) => {
                if is_number(*number) && is_positive(*number) {
                    self.set_labels(series);
                    self.begin();
                    push_number(&mut self.line, *number);
                    self.end("|c");
                    take(&self.line);
                }
            }
            Value::Histogram(distribution) if distribution.count() > 0 => {
                self.set_labels(series);
                self.histogram(distribution, take);
            }
            Value::Histogram(_) => {}
        }
    }

    fn set_labels(&mut self, series: &SeriesView<'_>) {
        let StatsdEncoder { dialect, tags, head, tail, .. } = self;
        // An empty label is the same as none.
        let labels = series.labels.iter().filter(|(_, value)| !value.is_empty());
        tail.clear();
        match dialect {
            StatsdDialect::Plain => {
                for text in labels.flat_map(|(name, value)| [name, value]) {
                    head.push('.');
                    push_segment(head, text);
                }
            }
            StatsdDialect::DogStatsd => {
                let is_own = |tag: &str| series.labels.iter().any(|(name, _)| name == tag);
                let tags = tags.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                for (name, value) in labels.chain(tags.filter(|(name, _)| !is_own(name))) {
                    tail.push_str(if tail.is_empty() { "|#" } else { "," });
                    push_clean_tag(tail, name);
                    tail.push(':');
                    push_clean_tag(tail, value);
                }
            }
        }
    }

    fn gauge(&mut self, number: Number) {
        self.begin();
        if self.dialect == StatsdDialect::Plain && is_negative(number) {
            self.line.push_str("0|g\n");
            self.line.push_str(&self.head);
            self.line.push(':');
        }
        push_number(&mut self.line, number);
        self.end("|g");
    }

    fn histogram(&mut self, distribution: &Distribution<'_>, take: &mut impl FnMut(&str)) {
        let (decimals, kind) = match (self.dialect, distribution.is_of_time()) {
            (StatsdDialect::Plain, true) => (6, "|ms"),
            (StatsdDialect::Plain, false) => (0, "|ms"),
            (StatsdDialect::DogStatsd, true) => (9, "|d"),
            (StatsdDialect::DogStatsd, false) => (0, "|d"),
        };
        distribution.recorded().each_middle(|value, count| {
            each_exact_part(count, |part, rate| {
                self.begin();
                push_scaled(&mut self.line, value, decimals);
                self.line.push_str(kind);
                if part != 1 {
                    self.line.push_str("|@");
                    push_float(&mut self.line, rate);
                }
                self.end("");
                take(&self.line);
            });
        });
    }

    fn begin(&mut self) {
        self.line.clear();
        self.line.push_str(&self.head);
        self.line.push(':');
    }

    fn end(&mut self, kind: &str) {
        self.line.push_str(kind);
        self.line.push_str(&self.tail);
    }
}

fn is_number(number: Number) -> bool {
    !matches!(number, Number::Float(float) if !float.is_finite())
}

fn is_positive(number: Number) -> bool {
    match number {
        Number::Unsigned(number) => number > 0,
        Number::Signed(number) => number > 0,
        Number::Float(number) => number > 0.0,
    }
}

fn is_negative(number: Number) -> bool {
    match number {
        Number::Unsigned(_) => false,
        Number::Signed(number) => number < 0,
        Number::Float(number) => number < 0.0,
    }
}

fn push_number(out: &mut String, number: Number) {
    match number {
        Number::Unsigned(number) => push_unsigned(out, number),
        Number::Signed(number) => {
            if number < 0 {
                out.push('-');
            }
            push_unsigned(out, number.unsigned_abs());
        }
        // A sign would make the plain protocol's gauge relative, also that of a zero.
        Number::Float(0.0) => out.push('0'),
        Number::Float(number) => push_float(out, number),
    }
}

/// Appends the shortest digits that parse as the same float, without an exponent: daemons allow none in a rate.
fn push_float(out: &mut String, number: f64) {
    write!(out, "{number}").expect("writing to a string cannot fail");
}
