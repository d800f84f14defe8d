//! Exemplars, and the times of these and of counters, as messages.

use crate::encode::wire::{Key, double, push_bytes, push_unsigned, push_with_length};
use crate::snapshot::Exemplar;
use std::fmt::Display;
use std::io::Write;
use std::time::Duration;

/// Appends the fields of an exemplar: its trace as two labels, its value, its time.
pub(super) fn push_fields(out: &mut Vec<u8>, exemplar: &Exemplar, value: f64) {
    const VALUE: Key = Key::double(2);
    const TIME: Key = Key::delimited(3);
    let trace = exemplar.trace();
    push_label(out, b"trace_id", trace.trace_id_text());
    push_label(out, b"span_id", trace.span_id_text());
    out.extend_from_slice(&double(VALUE, value));
    out.push(TIME.byte());
    push_with_length::<1>(out, |out| push_timestamp(out, exemplar.since_1970()));
}

fn push_label(out: &mut Vec<u8>, name: &[u8], value: impl Display) {
    const LABEL: Key = Key::delimited(1);
    const NAME: Key = Key::delimited(1);
    const VALUE: Key = Key::delimited(2);
    out.push(LABEL.byte());
    push_with_length::<1>(out, |out| {
        push_bytes(out, NAME, name);
        out.push(VALUE.byte());
        push_with_length::<1>(out, |out| write!(out, "{value}").expect("writing to a vector cannot fail"));
    });
}

/// Appends the fields of a time, given as the duration since 1970.
pub(super) fn push_timestamp(out: &mut Vec<u8>, time: Duration) {
    const SECONDS: Key = Key::varint(1);
    const NANOS: Key = Key::varint(2);
    push_unsigned(out, SECONDS, time.as_secs());
    push_unsigned(out, NANOS, time.subsec_nanos().into());
}
