//! Texts as words of 64 bits: hashing and comparing without a call of `memcmp`, and with few branches.
//!
//! Which length comes next is random in many programs, and a mispredicted branch costs as much as hashing a text. So there are
//! only three cases, and most labels have values of one: a method or a status has at most seven bytes, a path at least eight.
//! Within a case, what a text is too short for is not skipped, but read from zeros instead: the compiler makes a conditional move
//! of a choice between two references.

const WORD: usize = 8;
const TWO_WORDS: usize = 2 * WORD;
const FOUR_WORDS: usize = 4 * WORD;

/// A text as words. Different texts have different words, and none begins with all words of another: the last byte of the first
/// word is the length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Words {
    /// At most 7 bytes.
    Small(u64),
    /// 8 to 31 bytes.
    Medium([u64; 4]),
    /// More bytes.
    None,
}

impl Words {
    #[inline]
    pub(super) fn of(bytes: &[u8]) -> Self {
        match bytes.len() {
            0..WORD => Words::Small(small(bytes)),
            WORD..FOUR_WORDS => Words::Medium(medium(bytes)),
            _ => Words::None,
        }
    }
}

/// Returns whether two texts are equal.
#[inline]
pub(super) fn are_equal(one: &[u8], other: &[u8]) -> bool {
    match (Words::of(one), Words::of(other)) {
        (Words::Small(one), Words::Small(other)) => one == other,
        (Words::Medium(one), Words::Medium(other)) => are_same(one, other),
        _ => one == other,
    }
}

/// Returns whether all words are the same, without a branch for each.
#[inline]
pub(super) fn are_same<const N: usize>(one: [u64; N], other: [u64; N]) -> bool {
    one.iter().zip(&other).fold(0, |difference, (one, other)| difference | (one ^ other)) == 0
}

/// Calls `each` with two words at a time of a text of at least 16 bytes. The last ones may overlap those before.
pub(super) fn for_pairs(mut bytes: &[u8], mut each: impl FnMut([u64; 2])) {
    let last = &bytes[bytes.len() - TWO_WORDS..];
    while bytes.len() > TWO_WORDS {
        each(words_at(bytes));
        bytes = &bytes[TWO_WORDS..];
    }
    each(words_at(last));
}

/// Returns the first `N` words of a text.
///
/// # Panics
/// Panics if there are not as many.
#[inline]
pub(super) fn words_at<const N: usize>(bytes: &[u8]) -> [u64; N] {
    std::array::from_fn(|index| word(*chunk(bytes, index * WORD)))
}

/// Returns the word of a text of at most 7 bytes: four, two and one of them, or zeros.
#[inline]
fn small(bytes: &[u8]) -> u64 {
    let length = bytes.len();
    let four = u32::from_le_bytes(*bytes.first_chunk().unwrap_or(&[0; 4]));
    let rest = &bytes[length & 4..];
    let two = u16::from_le_bytes(*rest.first_chunk().unwrap_or(&[0; 2]));
    let one = *rest[rest.len() & 2..].first().unwrap_or(&0);
    u64::from(four) | u64::from(two) << 32 | u64::from(one) << 48 | tag(length)
}

/// Returns the words of a text of 8 to 31 bytes, some of which overlap.
#[inline]
fn medium(bytes: &[u8]) -> [u64; 4] {
    let length = bytes.len();
    let (first, last) = (chunk(bytes, 0), chunk(bytes, length - WORD));
    let (second, third) = if length >= TWO_WORDS {
        (chunk(bytes, WORD), chunk(bytes, length - TWO_WORDS))
    } else {
        (first, last)
    };
    // The byte that makes room for the length is in another word too: in the last one, or among the first sixteen bytes.
    [word(*third) >> u8::BITS | tag(length), word(*first), word(*second), word(*last)]
}

/// Returns the length in the last byte of a word.
#[inline]
fn tag(length: usize) -> u64 {
    (length as u64) << (u64::BITS - u8::BITS)
}

#[inline]
fn word(bytes: [u8; WORD]) -> u64 {
    u64::from_le_bytes(bytes)
}

/// Returns the bytes of the word from `begin` on.
///
/// # Panics
/// Panics if there are not as many.
#[inline]
fn chunk(bytes: &[u8], begin: usize) -> &[u8; WORD] {
    bytes[begin..][..WORD].try_into().expect("the slice has the length of a word")
}

#[cfg(all(test, not(loom)))]
pub(super) mod tests {
    use super::*;

    /// Returns texts of all lengths that are treated differently, and for each length one that differs in each place.
    pub(in super::super) fn texts() -> Vec<String> {
        let lengths = (0..40).chain([63, 64, 65, 127, 128, 129]);
        let texts = lengths.flat_map(|length: usize| {
            let plain = "a".repeat(length);
            let other = move |place| {
                let mut text = "a".repeat(length);
                text.replace_range(place..=place, "b");
                text
            };
            std::iter::once(plain).chain((0..length).map(other))
        });
        texts.collect()
    }

    #[test]
    fn equal_texts_have_equal_bytes() {
        let texts = texts();
        for one in &texts {
            for other in &texts {
                assert_eq!(are_equal(one.as_bytes(), other.as_bytes()), one == other, "{one} {other}");
            }
        }
    }

    /// Words are made of bytes without mixing their bits, so texts of two different bytes stand for all texts.
    #[test]
    fn different_texts_have_different_words() {
        let texts = texts();
        for one in &texts {
            for other in texts.iter().filter(|other| one != *other) {
                let [words, other_words] = [one, other].map(|text| Words::of(text.as_bytes()));
                assert!(words != other_words || words == Words::None, "{one} {other}");
            }
        }
    }

    #[test]
    fn the_first_word_tells_how_many_there_are() {
        for text in texts() {
            let length = text.len() as u64;
            match Words::of(text.as_bytes()) {
                Words::Small(first) => assert!(first >> 56 == length && length < 8),
                Words::Medium([first, ..]) => assert!(first >> 56 == length && length >= 8),
                Words::None => assert!(length >= 32),
            }
        }
    }
}
