//! Exemplars of points.

use super::literals::push_integer;
use super::metrics::integer_of;
use crate::encode::json_values::push_double;
use crate::encode::values::float_of;
use crate::encode::wire::{Key, double, fixed, push_bytes};
use crate::snapshot::Exemplar;
use crate::snapshot::families::Number;
use std::fmt::Write;

/// Appends an exemplar to a point as protocol buffers, in the field of this number.
#[cold]
pub(super) fn push_message(out: &mut Vec<u8>, field: Key, exemplar: &Exemplar, value: Number) {
    const TIME: Key = Key::fixed(2);
    const AS_DOUBLE: Key = Key::double(3);
    const SPAN_ID: Key = Key::delimited(4);
    const TRACE_ID: Key = Key::delimited(5);
    const AS_INT: Key = Key::fixed(6);
    let mut message = Vec::new();
    message.extend_from_slice(&fixed(TIME, exemplar.unix_nanos()));
    message.extend_from_slice(&match integer_of(value) {
        Some(integer) => fixed(AS_INT, integer.cast_unsigned()),
        None => double(AS_DOUBLE, float_of(value)),
    });
    push_bytes(&mut message, SPAN_ID, &exemplar.trace().span_id);
    push_bytes(&mut message, TRACE_ID, &exemplar.trace().trace_id);
    push_bytes(out, field, &message);
}

/// Appends exemplars to a point in JSON, as a member. Without any, appends nothing.
pub(super) fn push_member<'a>(out: &mut String, exemplars: impl Iterator<Item = (&'a Exemplar, Number)>) {
    let mut begin = r#","exemplars":["#;
    for (exemplar, value) in exemplars {
        out.push_str(begin);
        begin = ",";
        out.push_str(r#"{"timeUnixNano":"#);
        push_integer(out, exemplar.unix_nanos());
        match integer_of(value) {
            Some(integer) => write!(out, r#","asInt":"{integer}""#),
            None => write!(out, r#","asDouble":"#).map(|()| push_double(out, float_of(value))),
        }
        .expect("writing to a string cannot fail");
        let trace = exemplar.trace();
        write!(out, r#","spanId":"{}","traceId":"{}"}}"#, trace.span_id_text(), trace.trace_id_text())
            .expect("writing to a string cannot fail");
    }
    if begin == "," {
        out.push(']');
    }
}
