//! Counters and gauges, and the time from which they have counted.

use super::exemplar::{push_fields, push_timestamp};
use crate::encode::wire::{Key, double, push_bytes, push_part, push_with_length};
use crate::snapshot::Exemplar;
use crate::snapshot::families::MetricKind;
use std::time::{SystemTime, UNIX_EPOCH};

/// The time from which all counters and histograms of a snapshot have counted, as a message. `None` if it is not known, because there
/// was no clock.
pub(super) fn start_time(created: SystemTime) -> Option<Vec<u8>> {
    (created != UNIX_EPOCH).then(|| {
        // As in OpenMetrics, a time before 1970 becomes 0.
        let time = created.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut message = Vec::new();
        push_timestamp(&mut message, time);
        message
    })
}

/// The fields of numbers by kind. They differ in their eight bytes of value only.
pub(super) struct NumberFields {
    counter: NumberField,
    gauge: NumberField,
}

/// A field that is a counter or a gauge: a message with a value.
pub(super) struct NumberField {
    /// Long enough for any start time.
    bytes: [u8; 40],
    length: usize,
}

/// The place of the value, after the key and the length of the message, and its own key.
const VALUE_BEGIN: usize = 3;

impl NumberFields {
    /// Creates the fields. That of a counter has a `start` time.
    pub(super) fn new(start: Option<&[u8]>) -> Self {
        const GAUGE: Key = Key::delimited(2);
        const COUNTER: Key = Key::delimited(3);
        NumberFields { counter: NumberField::new(COUNTER, start), gauge: NumberField::new(GAUGE, None) }
    }

    /// Returns the field of series of this kind.
    #[inline]
    pub(super) fn of(&self, kind: MetricKind) -> &NumberField {
        match kind {
            MetricKind::Counter => &self.counter,
            MetricKind::Gauge | MetricKind::Histogram => &self.gauge,
        }
    }
}

impl NumberField {
    fn new(key: Key, start: Option<&[u8]>) -> Self {
        const VALUE: Key = Key::double(1);
        const START: Key = Key::delimited(3);
        let mut message = double(VALUE, 0.0).to_vec();
        if let Some(start) = start {
            push_bytes(&mut message, START, start);
        }
        let mut field = Vec::new();
        push_bytes(&mut field, key, &message);
        let mut bytes = [0; 40];
        bytes[..field.len()].copy_from_slice(&field);
        NumberField { bytes, length: field.len() }
    }

    #[inline]
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Appends the field with this value.
    #[inline]
    pub(super) fn push(&self, out: &mut Vec<u8>, value: f64) {
        let mut bytes = self.bytes;
        bytes[VALUE_BEGIN..VALUE_BEGIN + 8].copy_from_slice(&value.to_le_bytes());
        push_part(out, &bytes, self.length);
    }

    /// Appends the field with this value, and an exemplar that has `added` to it.
    #[cold]
    pub(super) fn push_with_exemplar(&self, out: &mut Vec<u8>, value: f64, exemplar: &Exemplar, added: f64) {
        const EXEMPLAR: Key = Key::delimited(2);
        out.push(self.bytes[0]);
        push_with_length::<1>(out, |out| {
            let begin = out.len();
            // Without its key and its length, which has one byte.
            out.extend_from_slice(&self.bytes[2..self.length]);
            out[begin + VALUE_BEGIN - 2..][..8].copy_from_slice(&value.to_le_bytes());
            out.push(EXEMPLAR.byte());
            push_with_length::<1>(out, |out| push_fields(out, exemplar, added));
        });
    }
}
