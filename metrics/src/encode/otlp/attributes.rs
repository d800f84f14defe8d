//! Labels as attributes: pairs of a key and a text.

use crate::encode::encoded_labels::LabelBuffer;
use crate::encode::json_text::push_text;
use crate::encode::label_fields::LabelField;
use crate::encode::wire::{Key, push_bytes, push_varint, varint_length};
use crate::labels::SeriesLabels;
use std::ops::Range;

/// An attribute as a message, in the field with the number `FIELD` of a point.
pub(super) struct Attribute<const FIELD: u8>;

impl<const FIELD: u8> LabelField for Attribute<FIELD> {
    #[inline]
    fn push(out: &mut Vec<u8>, name: &str, value: &str) {
        push_attribute(out, Key::delimited(FIELD), name, value);
    }
}

/// Appends an attribute as a field with this key.
pub(super) fn push_attribute(out: &mut Vec<u8>, field: Key, name: &str, value: &str) {
    const KEY: Key = Key::delimited(1);
    const VALUE: Key = Key::delimited(2);
    const TEXT: Key = Key::delimited(1);
    let length = |text: usize| 1 + varint_length(text as u64) + text;
    let text = length(value.len());
    out.push(field.byte());
    push_varint(out, (length(name.len()) + length(text)) as u64);
    push_bytes(out, KEY, name.as_bytes());
    out.push(VALUE.byte());
    push_varint(out, text as u64);
    push_bytes(out, TEXT, value.as_bytes());
}

/// Attributes as elements of an array of JSON.
#[derive(Default)]
pub(super) struct AttributeElements(String);

impl LabelBuffer for AttributeElements {
    type Joined = str;

    fn push(&mut self, name: &str, value: &str) {
        push_element(&mut self.0, name, value);
    }

    fn push_joined(&mut self, attributes: &str) {
        self.0.push_str(attributes);
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    fn length(&self) -> usize {
        self.0.len()
    }

    fn part(&self, range: Range<usize>) -> &str {
        &self.0[range]
    }

    fn of_series(_: &SeriesLabels) -> Option<&str> {
        None
    }
}

/// Appends an attribute to the elements of an array.
pub(super) fn push_element(elements: &mut String, name: &str, value: &str) {
    if !elements.is_empty() {
        elements.push(',');
    }
    elements.push_str(r#"{"key":"#);
    push_text(elements, name);
    elements.push_str(r#","value":{"stringValue":"#);
    push_text(elements, value);
    elements.push_str("}}");
}
