//! Families and their series.

use super::histogram::Histograms;
use super::labels::OfSeries;
use super::number::{NumberFields, start_time};
use crate::encode::encoded_labels::EncodedLabels;
use crate::encode::label_fields::LabelFields;
use crate::encode::values::{float_of, native_of};
use crate::encode::wire::{Key, push_bytes, push_unsigned, push_varint, push_with_length};
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
    labels: EncodedLabels<'a, LabelFields<OfSeries>>,
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

    /// Appends a family.
    ///
    /// If some of its histograms have native buckets and others do not, it is two messages: Prometheus before 3.7 takes all series of a
    /// message for native ones if the first is one, and refuses the whole body because of the others.
    pub(super) fn push(&mut self, family: &ListedFamily<'a>) {
        let mut part = Part { is_native: None, has_others: false };
        self.push_part(family, &mut part);
        if let Part { is_native: Some(is_native), has_others: true } = part {
            self.push_part(family, &mut Part { is_native: Some(!is_native), has_others: false });
        }
    }

    /// Appends a part of a family as a message, after its length.
    fn push_part(&mut self, family: &ListedFamily<'a>, part: &mut Part) {
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
            family.each_series(|view| *series += values.push(out, family.kind, &view, part));
            if let Some(unit) = family.unit {
                push_bytes(out, UNIT, unit.as_bytes());
            }
        });
    }
}

/// The series of a family that are in one message.
struct Part {
    /// Whether they have native buckets; that of the first series, if it is `None`.
    is_native: Option<bool>,
    /// Whether there are others.
    has_others: bool,
}

impl Part {
    /// Returns whether a series with or without native buckets belongs to it.
    #[inline]
    fn has(&mut self, is_native: bool) -> bool {
        let has = *self.is_native.get_or_insert(is_native) == is_native;
        self.has_others |= !has;
        has
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
    /// Appends a series, if it belongs to this part of its family. Returns how many it is in a text.
    #[inline]
    fn push(
        &mut self,
        out: &mut Vec<u8>,
        kind: MetricKind,
        series: &SeriesView<'a>,
        part: &mut Part,
    ) -> usize {
        const SERIES: Key = Key::delimited(4);
        let Values { labels, numbers, histograms } = self;
        match &series.value {
            Value::Number(number) => {
                let labels = labels.of(&series.labels);
                let field = numbers.of(kind);
                out.push(SERIES.byte());
                if let Some(exemplar) = series.exemplar() {
                    let added = series.value_of(exemplar);
                    push_with_length::<2>(out, |out| {
                        out.extend_from_slice(labels);
                        field.push_with_exemplar(out, float_of(*number), exemplar, float_of(added));
                    });
                    return 1;
                }
                push_varint(out, (labels.len() + field.length()) as u64);
                out.extend_from_slice(labels);
                field.push(out, float_of(*number));
                1
            }
            Value::Histogram(distribution) => {
                const HISTOGRAM: Key = Key::delimited(7);
                /// That of messages of 128 bytes to 16 KiB, as those of histograms are.
                const EXPECTED_LENGTH: usize = 2;
                let native = native_of(distribution);
                if !part.has(native.is_some()) {
                    return 0;
                }
                let mut series_in_text = 0;
                out.push(SERIES.byte());
                push_with_length::<EXPECTED_LENGTH>(out, |out| {
                    out.extend_from_slice(labels.of(&series.labels));
                    out.push(HISTOGRAM.byte());
                    push_with_length::<EXPECTED_LENGTH>(out, |out| {
                        series_in_text = histograms.push(out, distribution, native);
                    });
                });
                series_in_text
            }
        }
    }
}
