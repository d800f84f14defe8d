//! What a call's labels were evaluated to, as text on the stack.

use crate::model::LabelValue;
use std::fmt;

/// Texts up to so many bytes together allocate nothing.
const SHORT: usize = 128;

/// The values of `N` labels, one behind the other.
///
/// Where each ends belongs to what is compared: `"ab", "c"` and `"a", "bc"` are two.
#[derive(Debug)]
pub struct Values<const N: usize> {
    short: [u8; SHORT],
    /// All bytes, where they are more than `short` can hold.
    long: Vec<u8>,
    length: usize,
    ends: [usize; N],
    count: usize,
}

impl<const N: usize> Default for Values<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Values<N> {
    /// No values yet.
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Values { short: [0; SHORT], long: Vec::new(), length: 0, ends: [0; N], count: 0 }
    }

    /// Adds the next value; there are to be `N`.
    #[inline]
    pub fn add<V: LabelValue + ?Sized>(&mut self, value: &V) {
        // It fails only if the value says so: then the text is what it has written before.
        let _ = value.write(self);
        self.ends[self.count] = self.length;
        self.count += 1;
    }

    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        self.short.get(..self.length).unwrap_or(&self.long)
    }

    #[inline]
    pub(super) fn ends(&self) -> &[usize; N] {
        &self.ends
    }

    #[cold]
    fn write_long(&mut self, text: &str) {
        if self.long.is_empty() {
            self.long.extend_from_slice(&self.short[..self.length]);
        }
        self.long.extend_from_slice(text.as_bytes());
    }
}

impl<const N: usize> fmt::Write for Values<N> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        match self.short.get_mut(self.length..end) {
            Some(room) => room.copy_from_slice(text.as_bytes()),
            None => self.write_long(text),
        }
        self.length = end;
        Ok(())
    }
}
