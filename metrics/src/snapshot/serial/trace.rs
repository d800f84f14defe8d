//! A trace in JSON: two fields of hexadecimal digits, `"trace_id": "4bf9…", "span_id": "00f0…"`.

use crate::trace_context::TraceContext;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
struct Raw {
    trace_id: String,
    span_id: String,
}

pub(crate) fn serialize<S: Serializer>(trace: &TraceContext, serializer: S) -> Result<S::Ok, S::Error> {
    let raw = Raw { trace_id: trace.trace_id_text().to_string(), span_id: trace.span_id_text().to_string() };
    raw.serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TraceContext, D::Error> {
    let Raw { trace_id, span_id } = Raw::deserialize(deserializer)?;
    Ok(TraceContext { trace_id: bytes("trace", &trace_id)?, span_id: bytes("span", &span_id)? })
}

fn bytes<const N: usize, E: Error>(of: &str, text: &str) -> Result<[u8; N], E> {
    let digits = || {
        let mut bytes = [0; N];
        if text.len() != 2 * N || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * place..][..2], 16).ok()?;
        }
        Some(bytes)
    };
    digits().ok_or_else(|| {
        E::custom(format_args!("invalid {of} identifier {text:?}: it must have {} hexadecimal digits", 2 * N))
    })
}
