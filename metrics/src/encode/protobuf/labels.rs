//! Labels as fields of a series: messages with a name and a value, unescaped.

use crate::encode::label_fields::LabelField;
use crate::encode::wire::{Key, push_bytes, push_varint, varint_length};

/// A label as a field of a series.
pub(super) struct OfSeries;

impl LabelField for OfSeries {
    #[inline]
    fn push(out: &mut Vec<u8>, name: &str, value: &str) {
        const LABEL: Key = Key::delimited(1);
        const NAME: Key = Key::delimited(1);
        const VALUE: Key = Key::delimited(2);
        let length = |text: &str| 1 + varint_length(text.len() as u64) + text.len();
        out.push(LABEL.byte());
        push_varint(out, (length(name) + length(value)) as u64);
        push_bytes(out, NAME, name.as_bytes());
        push_bytes(out, VALUE, value.as_bytes());
    }
}
