//! The values of a set of labels as one text, on the stack.

use super::lookup::Labels;
use super::set::LabelVisitor;
use super::value::LabelValue;
use std::fmt;
use std::str;

/// Texts up to so many bytes allocate nothing.
const SHORT: usize = 128;

/// How many bytes say how long a value is.
pub(crate) const LENGTH: usize = size_of::<u32>();

/// The values of labels, one behind the other, each followed by its length: so `"ab", "c"` and `"a", "bc"` are two texts.
#[derive(Debug)]
pub struct LabelText {
    short: [u8; SHORT],
    /// All bytes, where they are more than `short` can hold.
    long: Vec<u8>,
    length: usize,
}

impl Default for LabelText {
    fn default() -> Self {
        Self::new()
    }
}

impl LabelText {
    /// No values yet.
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        LabelText { short: [0; SHORT], long: Vec::new(), length: 0 }
    }

    /// The values of `count` labels, so that the same labels have one text: what is not said is empty, and what is said beyond
    /// them is left out.
    pub(crate) fn of(labels: &impl Labels, count: usize) -> Self {
        let mut exactly = Exactly { text: LabelText::new(), left: count };
        labels.visit(&mut exactly);
        let Exactly { mut text, left } = exactly;
        (0..left).for_each(|_| text.add(""));
        text
    }

    /// Adds the next value.
    #[inline]
    pub fn add<V: LabelValue + ?Sized>(&mut self, value: &V) {
        let begin = self.length;
        // It fails only if the value says so: then the text is what it has written before.
        let _ = value.write(self);
        // A value of more than four gigabytes is cut where it is shown; it is another text all the same.
        let length = u32::try_from(self.length - begin).unwrap_or(u32::MAX);
        self.push(&length.to_le_bytes());
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.short.get(..self.length).unwrap_or(&self.long)
    }

    #[inline]
    fn push(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        match self.short.get_mut(self.length..end) {
            Some(room) => room.copy_from_slice(bytes),
            None => self.push_long(bytes),
        }
        self.length = end;
    }

    #[cold]
    fn push_long(&mut self, bytes: &[u8]) {
        if self.long.is_empty() {
            self.long.extend_from_slice(&self.short[..self.length]);
        }
        self.long.extend_from_slice(bytes);
    }
}

impl fmt::Write for LabelText {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}

/// So many values and no more.
struct Exactly {
    text: LabelText,
    left: usize,
}

impl LabelVisitor for Exactly {
    #[inline]
    fn value<V: LabelValue + ?Sized>(&mut self, value: &V) {
        if let Some(left) = self.left.checked_sub(1) {
            self.left = left;
            self.text.add(value);
        }
    }
}

/// The values in the bytes of a [`LabelText`], the last one first.
pub(crate) fn values_from_last(mut bytes: &[u8]) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let (rest, length) = bytes.split_last_chunk::<LENGTH>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(rest.len());
        let (before, value) = rest.split_at(rest.len() - length.min(rest.len()));
        bytes = before;
        // Whole strings were written; only one of more than four gigabytes may have been cut in the middle of a character.
        Some(str::from_utf8(value).unwrap_or_default())
    })
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{LabelText, values_from_last};

    fn text(values: &[&str]) -> LabelText {
        let mut text = LabelText::new();
        for value in values {
            text.add(*value);
        }
        text
    }

    #[test]
    fn values_come_back_as_they_were() {
        let long = "x".repeat(1_000);
        for values in [&[] as &[&str], &[""], &["", ""], &["a", "", "é"], &[&long], &["a", &long, "b"]] {
            let text = text(values);
            let mut back: Vec<_> = values_from_last(text.bytes()).collect();
            back.reverse();
            assert_eq!(back, values);
        }
    }

    #[test]
    fn where_a_value_ends_is_part_of_the_text() {
        assert_ne!(text(&["ab", "c"]).bytes(), text(&["a", "bc"]).bytes());
        assert_ne!(text(&["a", ""]).bytes(), text(&["", "a"]).bytes());
        assert_ne!(text(&["a"]).bytes(), text(&["a", ""]).bytes());
    }
}
