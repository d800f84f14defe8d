//! Families and their series.

use super::histogram::Histograms;
use super::labels::LabelFields;
use super::number::{NumberFields, float_of, start_time};
use super::wire::{Key, push_bytes, push_unsigned, push_varint, push_with_length};
use crate::encode::encoded_labels::EncodedLabels;
use crate::snapshot::families::{MetricKind, SeriesView, Value};
use crate::snapshot::{FullSnapshot, ListedFamily};

/// A writer of families.
///
/// The labels of a function are encoded once for all families.
pub(super) struct Families<'out, 'a> {
    out: &'out mut Vec<u8>,
    values: Values<'a>,
    series: usize,
}

/// A writer of series.
struct Values<'a> {
    labels: EncodedLabels<'a, LabelFields>,
    numbers: NumberFields,
    histograms: Histograms,
}

impl<'out, 'a> Families<'out, 'a> {
    /// Creates a writer that appends families of `snapshot` to `out`.
    pub(super) fn new(out: &'out mut Vec<u8>, snapshot: &'a FullSnapshot) -> Self {
        let start = start_time(snapshot.created);
        let values = Values {
            labels: EncodedLabels::new(&snapshot.functions),
            numbers: NumberFields::new(start.as_deref()),
            histograms: Histograms::new(start),
        };
        Families { out, values, series: 0 }
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
        let Families { out, values, series } = self;
        push_with_length::<EXPECTED_LENGTH>(out, |out| {
            push_bytes(out, NAME, family.name.as_bytes());
            push_bytes(out, HELP, family.help.as_bytes());
            push_unsigned(out, KIND, number_of(family.kind));
            family.each_series(|view| *series += values.push(out, family.kind, &view));
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

impl<'a> Values<'a> {
    /// Appends a series. Returns how many it is in a text.
    #[inline]
    fn push(&mut self, out: &mut Vec<u8>, kind: MetricKind, series: &SeriesView<'a>) -> usize {
        const SERIES: Key = Key::delimited(4);
        let Values { labels, numbers, histograms } = self;
        let labels = labels.of(&series.labels);
        out.push(SERIES.byte());
        match &series.value {
            Value::Number(number) => {
                let field = numbers.of(kind);
                push_varint(out, (labels.len() + field.length()) as u64);
                out.extend_from_slice(labels);
                field.push(out, float_of(*number));
                1
            }
            Value::Histogram(distribution) => {
                const HISTOGRAM: Key = Key::delimited(7);
                /// That of messages of 128 bytes to 16 KiB, as those of histograms are.
                const EXPECTED_LENGTH: usize = 2;
                let mut series = 0;
                push_with_length::<EXPECTED_LENGTH>(out, |out| {
                    out.extend_from_slice(labels);
                    out.push(HISTOGRAM.byte());
                    push_with_length::<EXPECTED_LENGTH>(out, |out| {
                        series = histograms.push(out, distribution)
                    });
                });
                series
            }
        }
    }
}
