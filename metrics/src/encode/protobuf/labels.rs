//! Labels as fields of a series: messages with a name and a value, unescaped.

use crate::encode::encoded_labels::LabelBuffer;
use crate::encode::wire::{Key, push_bytes, push_varint, varint_length};
use crate::labels::SeriesLabels;
use std::ops::Range;

/// The labels of a series, each a field of it.
#[derive(Default)]
pub(super) struct LabelFields(Vec<u8>);

impl LabelBuffer for LabelFields {
    type Joined = [u8];

    #[inline]
    fn push(&mut self, name: &str, value: &str) {
        const LABEL: Key = Key::delimited(1);
        const NAME: Key = Key::delimited(1);
        const VALUE: Key = Key::delimited(2);
        let length = |text: &str| 1 + varint_length(text.len() as u64) + text.len();
        let LabelFields(out) = self;
        out.push(LABEL.byte());
        push_varint(out, (length(name) + length(value)) as u64);
        push_bytes(out, NAME, name.as_bytes());
        push_bytes(out, VALUE, value.as_bytes());
    }

    #[inline]
    fn push_joined(&mut self, labels: &[u8]) {
        self.0.extend_from_slice(labels);
    }

    #[inline]
    fn clear(&mut self) {
        self.0.clear();
    }

    #[inline]
    fn length(&self) -> usize {
        self.0.len()
    }

    #[inline]
    fn part(&self, range: Range<usize>) -> &[u8] {
        &self.0[range]
    }

    #[inline]
    fn of_series(_: &SeriesLabels) -> Option<&[u8]> {
        None
    }
}
