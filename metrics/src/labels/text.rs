//! The text that identifies a series: the values of its labels, one after the other.

use super::set::{LabelVisitor, Labels};
use super::value::LabelValue;
use super::words::are_equal;
use crate::sync::leak_slice;
use std::fmt;
use std::iter;
use std::str;

/// The value of all evaluated labels of an overflow series, which takes what exceeds the cardinality limit.
pub(crate) const OVERFLOW_VALUE: &str = "__overflow__";

/// Texts of at most so many bytes allocate nothing.
const SHORT: usize = 128;

/// The number of bytes in which the length of a value is written.
const LENGTH: usize = size_of::<u32>();

/// The values of labels, each followed by its length: so `"ab", "c"` and `"a", "bc"` are different texts. Short ones are kept on
/// the stack.
#[derive(Debug)]
pub struct LabelText {
    short: [u8; SHORT],
    /// All bytes, if they are more than fit into `short`.
    long: Vec<u8>,
    length: usize,
}

impl Default for LabelText {
    fn default() -> Self {
        Self::new()
    }
}

impl LabelText {
    /// Creates a text without values.
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        LabelText { short: [0; SHORT], long: Vec::new(), length: 0 }
    }

    /// Writes the values of exactly `count` labels: missing values are empty, surplus ones are left out.
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
        // An error is the value's own: the value is what was written before.
        let _ = value.write(self);
        // A value of more than four gigabytes is cut where it is shown; its text is still its own.
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

/// A visitor that takes a fixed number of values.
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

/// Returns the text of `count` labels that all have the [`OVERFLOW_VALUE`]. Allocates from the system's allocator, unlike a
/// [`LabelText`].
pub(crate) fn overflow_text(count: usize) -> &'static [u8] {
    let value = OVERFLOW_VALUE.as_bytes();
    let length = u32::try_from(value.len()).unwrap_or_default().to_le_bytes();
    let each = value.len() + LENGTH;
    leak_slice(count * each, |index| *value.iter().chain(&length).nth(index % each).unwrap_or(&0))
}

/// Returns the values in the bytes of a [`LabelText`], the last one first.
pub(crate) fn values_from_last(mut bytes: &[u8]) -> impl Iterator<Item = &str> {
    iter::from_fn(move || {
        let (rest, length) = bytes.split_last_chunk::<LENGTH>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(rest.len());
        let (before, value) = rest.split_at(rest.len() - length.min(rest.len()));
        bytes = before;
        // Whole strings were written; only one of more than four gigabytes may have been cut inside a character.
        Some(str::from_utf8(value).unwrap_or_default())
    })
}

/// Returns whether both are the bytes of one [`LabelText`].
#[inline]
pub(crate) fn are_same_text(one: &[u8], other: &[u8]) -> bool {
    are_equal(one, other)
}

/// Returns whether `text` holds the bytes of the [`LabelText`] of `labels`, without writing that.
#[inline(never)]
pub(crate) fn is_text_of(text: &[u8], labels: &impl Labels) -> bool {
    let mut rest = Rest { text, is_equal: true, length: 0 };
    labels.visit(&mut rest);
    rest.is_equal && rest.text.is_empty()
}

/// The part of a text that has not been compared yet.
struct Rest<'a> {
    text: &'a [u8],
    is_equal: bool,
    /// The length of the present value so far.
    length: usize,
}

impl<'a> Rest<'a> {
    #[inline]
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (first, rest) = self.text.split_at_checked(count)?;
        self.text = rest;
        Some(first)
    }
}

impl LabelVisitor for Rest<'_> {
    #[inline]
    fn value<V: LabelValue + ?Sized>(&mut self, value: &V) {
        self.length = 0;
        let _ = value.write(self);
        let length = u32::try_from(self.length).unwrap_or(u32::MAX);
        let written = self.take(LENGTH).and_then(|written| written.try_into().ok()).map(u32::from_le_bytes);
        self.is_equal &= written == Some(length);
    }
}

impl fmt::Write for Rest<'_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.length += text.len();
        self.is_equal &= self.take(text.len()).is_some_and(|known| known == text.as_bytes());
        Ok(())
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::words::tests::texts;
    use super::*;

    impl Labels for &[&str] {
        fn visit(&self, visitor: &mut impl LabelVisitor) {
            self.iter().for_each(|value| visitor.value(*value));
        }
    }

    fn text(values: &[&str]) -> LabelText {
        LabelText::of(&values, values.len())
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
    fn the_end_of_a_value_is_part_of_the_text() {
        assert_ne!(text(&["ab", "c"]).bytes(), text(&["a", "bc"]).bytes());
        assert_ne!(text(&["a", ""]).bytes(), text(&["", "a"]).bytes());
        assert_ne!(text(&["a"]).bytes(), text(&["a", ""]).bytes());
    }

    #[test]
    fn a_text_is_that_of_its_own_labels_alone() {
        let texts = texts();
        let written: Vec<_> = texts.iter().map(|value| text(&[value, "x"])).collect();
        for (index, text) in texts.iter().enumerate() {
            for (other, written) in written.iter().enumerate() {
                let is_text = is_text_of(written.bytes(), &[text.as_str(), "x"].as_slice());
                assert_eq!(is_text, index == other, "{text} {}", texts[other]);
            }
        }
    }

    #[test]
    fn the_end_of_a_value_is_part_of_the_comparison() {
        let text = text(&["ab", "c"]);
        for other in [["a", "bc"].as_slice(), &["abc", ""], &["", "abc"], &["abc"], &["ab"], &["ab", "c", ""]]
        {
            assert!(!is_text_of(text.bytes(), &other), "{other:?}");
        }
        assert!(is_text_of(text.bytes(), &["ab", "c"].as_slice()));
    }

    #[test]
    fn an_overflow_text_is_that_of_its_values() {
        for count in 0..4 {
            assert_eq!(overflow_text(count), text(&vec![OVERFLOW_VALUE; count]).bytes());
        }
    }
}
