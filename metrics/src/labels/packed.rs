//! Labels packed into words, by which a family compares them: labels are packed again for a lookup, which takes a third of the
//! instructions of comparing them with their text.
//!
//! Packed are labels of which each value is written as one piece of at most 31 bytes. Different values have different words, and
//! the words of one value are never the beginning of those of another. So labels are equal if all their words are.

use super::set::{LabelVisitor, Labels};
use super::text::{is_text_of, values_from_last};
use super::value::LabelValue;
use super::words::{Words, are_same, words_at};
use std::fmt;

/// The labels of a series as they are compared.
pub(crate) struct SeriesText {
    /// The packed form of the labels, if they have one, then the bytes of their [`LabelText`](super::text::LabelText).
    bytes: Box<[u8]>,
    packed_length: u16,
}

impl SeriesText {
    /// Creates it from the bytes of a [`LabelText`](super::text::LabelText).
    pub(crate) fn new(text: &[u8]) -> Self {
        let packed = pack(text);
        // If there are so many labels that the length does not fit, they are compared by their text.
        let (packed, packed_length) =
            u16::try_from(packed.len()).map_or((Vec::new(), 0), |length| (packed, length));
        SeriesText { bytes: [&packed, text].concat().into(), packed_length }
    }

    /// Returns the bytes of the [`LabelText`](super::text::LabelText).
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[usize::from(self.packed_length)..]
    }

    /// Returns whether these are `labels`. `is_packed` is whether the hash of the labels was that of their packed form.
    #[inline]
    pub(crate) fn is_of(&self, labels: &impl Labels, is_packed: bool) -> bool {
        if is_packed {
            is_packed_form_of(&self.bytes[..usize::from(self.packed_length)], labels)
        } else {
            is_text_of(self.bytes(), labels)
        }
    }
}

/// Packs the values in the bytes of a [`LabelText`](super::text::LabelText). Returns nothing if one of them is too long.
fn pack(text: &[u8]) -> Vec<u8> {
    let mut values: Vec<_> = values_from_last(text).map(|value| Words::of(value.as_bytes())).collect();
    values.reverse();
    let mut packed = Vec::new();
    for value in values {
        match value {
            Words::Small(word) => packed.extend(word.to_le_bytes()),
            Words::Medium(words) => words.iter().for_each(|word| packed.extend(word.to_le_bytes())),
            Words::None => return Vec::new(),
        }
    }
    packed
}

/// Returns whether `packed` is the [packed](pack) form of `labels`, none of whose values is too long.
#[inline]
fn is_packed_form_of(packed: &[u8], labels: &impl Labels) -> bool {
    let mut rest = Rest { packed, is_equal: true };
    labels.visit(&mut rest);
    rest.is_equal && rest.packed.is_empty()
}

/// The words that have not been compared yet.
struct Rest<'a> {
    packed: &'a [u8],
    is_equal: bool,
}

impl Rest<'_> {
    #[inline]
    fn compare<const N: usize>(&mut self, words: [u64; N]) {
        if let Some((known, rest)) = self.packed.split_at_checked(size_of_val(&words)) {
            self.packed = rest;
            self.is_equal &= are_same(words_at(known), words);
        } else {
            self.is_equal = false;
        }
    }
}

impl LabelVisitor for Rest<'_> {
    #[inline]
    fn value<V: LabelValue + ?Sized>(&mut self, value: &V) {
        let _ = value.write(self);
    }
}

impl fmt::Write for Rest<'_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        match Words::of(text.as_bytes()) {
            Words::Small(word) => self.compare([word]),
            Words::Medium(words) => self.compare(words),
            Words::None => self.is_equal = false,
        }
        Ok(())
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::text::LabelText;
    use super::super::words::tests::texts;
    use super::*;

    fn packed(values: &[&str]) -> Vec<u8> {
        pack(LabelText::of(&values, values.len()).bytes())
    }

    #[test]
    fn packed_labels_are_those_of_their_own_values_alone() {
        let texts: Vec<_> = texts().into_iter().filter(|text| text.len() < 32).collect();
        let known: Vec<_> = texts.iter().map(|value| packed(&[value, "x"])).collect();
        for (index, text) in texts.iter().enumerate() {
            for (other, known) in known.iter().enumerate() {
                let is_same = is_packed_form_of(known, &[text.as_str(), "x"].as_slice());
                assert_eq!(is_same, index == other, "{text} {}", texts[other]);
            }
        }
    }

    #[test]
    fn the_end_of_a_value_is_part_of_the_comparison() {
        let known = packed(&["ab", "c"]);
        for other in [["a", "bc"].as_slice(), &["abc", ""], &["", "abc"], &["abc"], &["ab"], &["ab", "c", ""]]
        {
            assert!(!is_packed_form_of(&known, &other), "{other:?}");
        }
        assert!(is_packed_form_of(&known, &["ab", "c"].as_slice()));
    }

    #[test]
    fn long_values_are_not_packed() {
        let [longest, longer] = [31, 32].map(|length| "x".repeat(length));
        assert_eq!(packed(&["a", &longest]).len(), 5 * 8);
        assert!(packed(&["a", &longer]).is_empty());
    }
}
