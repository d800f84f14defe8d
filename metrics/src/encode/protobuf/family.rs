//! Families and their series.

use super::histogram::Histograms;
use super::labels::LabelFields;
use super::wire::{Key, double, push_bytes, push_unsigned, push_varint, push_with_length, varint_length};
use crate::encode::encoded_labels::EncodedLabels;
use crate::snapshot::families::{MetricKind, Number, SeriesView, Value};
use crate::snapshot::{FullSnapshot, ListedFamily};
use std::time::{SystemTime, UNIX_EPOCH};

/// A writer of families.
///
/// The labels of a function are encoded once for all families.
pub(super) struct Families<'out, 'a> {
    out: &'out mut Vec<u8>,
    labels: EncodedLabels<'a, LabelFields>,
    histograms: Histograms,
    start: StartTime,
    series: usize,
}

/// The time from which all counters and histograms of a snapshot have counted.
struct StartTime {
    /// The message; `None` if the time is not known, because there was no clock.
    message: Option<Vec<u8>>,
}

impl<'out, 'a> Families<'out, 'a> {
    /// Creates a writer that appends families of `snapshot` to `out`.
    pub(super) fn new(out: &'out mut Vec<u8>, snapshot: &'a FullSnapshot) -> Self {
        Families {
            out,
            labels: EncodedLabels::new(&snapshot.functions),
            histograms: Histograms::default(),
            start: StartTime::new(snapshot.created),
            series: 0,
        }
    }

    /// Returns the number of series of the families so far.
    pub(super) fn series(&self) -> usize {
        self.series
    }

    /// Appends a family, after its length.
    pub(super) fn push(&mut self, family: &ListedFamily<'a>) {
        const NAME: Key = Key::delimited(1);
        const HELP: Key = Key::delimited(2);
        const KIND: Key = Key::varint(3);
        const UNIT: Key = Key::delimited(5);
        /// That of a family of 16 KiB or more.
        const EXPECTED_LENGTH: usize = 3;
        let Families { out, labels, histograms, start, series } = self;
        push_with_length(out, EXPECTED_LENGTH, |out| {
            push_bytes(out, NAME, family.name.as_bytes());
            push_bytes(out, HELP, family.help.as_bytes());
            push_unsigned(out, KIND, number_of(family.kind));
            family.each_series(|view| {
                *series += push_series(out, family.kind, &view, labels, histograms, start);
            });
            if let Some(unit) = family.unit {
                push_bytes(out, UNIT, unit.as_bytes());
            }
        });
    }
}

/// Returns the number of a kind in the enumeration of kinds.
const fn number_of(kind: MetricKind) -> u64 {
    match kind {
        MetricKind::Counter => 0,
        MetricKind::Gauge => 1,
        MetricKind::Histogram => 4,
    }
}

/// Appends a series. Returns how many it is in a text.
#[inline]
fn push_series<'a>(
    out: &mut Vec<u8>,
    kind: MetricKind,
    series: &SeriesView<'a>,
    labels: &mut EncodedLabels<'a, LabelFields>,
    histograms: &mut Histograms,
    start: &StartTime,
) -> usize {
    const SERIES: Key = Key::delimited(4);
    let labels = labels.of(&series.labels);
    out.push(SERIES.byte());
    match &series.value {
        Value::Number(number) => {
            push_number(out, kind, *number, labels, start);
            1
        }
        Value::Histogram(distribution) => {
            const HISTOGRAM: Key = Key::delimited(7);
            /// That of messages of 128 bytes to 16 KiB, as those of histograms are.
            const EXPECTED_LENGTH: usize = 2;
            let mut series = 0;
            push_with_length(out, EXPECTED_LENGTH, |out| {
                out.extend_from_slice(labels);
                out.push(HISTOGRAM.byte());
                push_with_length(out, EXPECTED_LENGTH, |out| {
                    series = histograms.push(out, distribution, start.message.as_deref());
                });
            });
            series
        }
    }
}

/// Appends the length and the fields of a series that shows a number.
#[inline]
fn push_number(out: &mut Vec<u8>, kind: MetricKind, number: Number, labels: &[u8], start: &StartTime) {
    const GAUGE: Key = Key::delimited(2);
    const COUNTER: Key = Key::delimited(3);
    const VALUE: Key = Key::double(1);
    const START: Key = Key::delimited(3);
    let (key, start) = match kind {
        MetricKind::Counter => (COUNTER, start.message.as_deref()),
        MetricKind::Gauge | MetricKind::Histogram => (GAUGE, None),
    };
    let field_length = |length: usize| 1 + varint_length(length as u64) + length;
    let value = double(VALUE, float_of(number));
    let length = value.len() + start.map_or(0, |start| field_length(start.len()));
    push_varint(out, (labels.len() + field_length(length)) as u64);
    out.extend_from_slice(labels);
    out.push(key.byte());
    push_varint(out, length as u64);
    out.extend_from_slice(&value);
    if let Some(start) = start {
        push_bytes(out, START, start);
    }
}

/// Returns a number as the format has all of them.
pub(super) fn float_of(number: Number) -> f64 {
    match number {
        Number::Unsigned(count) => count as f64,
        Number::Signed(level) => level as f64,
        Number::Float(quantity) => quantity,
    }
}

impl StartTime {
    fn new(created: SystemTime) -> Self {
        const SECONDS: Key = Key::varint(1);
        const NANOS: Key = Key::varint(2);
        let message = (created != UNIX_EPOCH).then(|| {
            // As in OpenMetrics, a time before 1970 becomes 0.
            let time = created.duration_since(UNIX_EPOCH).unwrap_or_default();
            let mut message = Vec::new();
            push_unsigned(&mut message, SECONDS, time.as_secs());
            push_unsigned(&mut message, NANOS, time.subsec_nanos().into());
            message
        });
        StartTime { message }
    }
}
