//! Joined labels as fields of protocol buffers.

use super::encoded_labels::LabelBuffer;
use crate::labels::SeriesLabels;
use std::marker::PhantomData;
use std::ops::Range;

/// The form of a label as a field.
pub(super) trait LabelField {
    /// Appends a label.
    fn push(out: &mut Vec<u8>, name: &str, value: &str);
}

/// Labels, each a field in the form `F`.
pub(super) struct LabelFields<F> {
    bytes: Vec<u8>,
    form: PhantomData<F>,
}

impl<F> Default for LabelFields<F> {
    fn default() -> Self {
        LabelFields { bytes: Vec::new(), form: PhantomData }
    }
}

impl<F: LabelField> LabelBuffer for LabelFields<F> {
    type Joined = [u8];

    #[inline]
    fn push(&mut self, name: &str, value: &str) {
        F::push(&mut self.bytes, name, value);
    }

    #[inline]
    fn push_joined(&mut self, labels: &[u8]) {
        self.bytes.extend_from_slice(labels);
    }

    #[inline]
    fn clear(&mut self) {
        self.bytes.clear();
    }

    #[inline]
    fn length(&self) -> usize {
        self.bytes.len()
    }

    #[inline]
    fn part(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[range]
    }

    #[inline]
    fn of_series(_: &SeriesLabels) -> Option<&[u8]> {
        None
    }
}
