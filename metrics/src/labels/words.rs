//! Bytes as words of 64 bits: hashing and comparing without a call of `memcmp`.

const WORD: usize = 8;
const TWO_WORDS: usize = 2 * WORD;

/// Returns whether two texts of the same length are equal.
#[inline]
pub(super) fn are_equal(one: &[u8], other: &[u8]) -> bool {
    // Most are short: a call of the system's `memcmp` would cost more than the comparison.
    if one.len() > TWO_WORDS { one == other } else { two_words(one) == two_words(other) }
}

/// Calls `each` with two words at a time; the last two may overlap those before.
#[inline]
pub(super) fn for_words(mut bytes: &[u8], mut each: impl FnMut([u64; 2])) {
    let last = bytes;
    while let Some((words, rest)) = bytes.split_at_checked(TWO_WORDS).filter(|(_, rest)| !rest.is_empty()) {
        each(two_words(words));
        bytes = rest;
    }
    each(two_words(last.last_chunk::<TWO_WORDS>().map_or(last, |last| last)));
}

/// Returns at most two words: the first and the last eight bytes, or fewer of a shorter text. Texts of the same length with
/// the same words are equal.
#[inline]
fn two_words(bytes: &[u8]) -> [u64; 2] {
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return [first, last].map(|bytes| u64::from_le_bytes(*bytes));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return [first, last].map(|bytes| u64::from(u32::from_le_bytes(*bytes)));
    }
    // At most three bytes.
    let [Some(first), Some(middle), Some(last)] = [bytes.first(), bytes.get(bytes.len() / 2), bytes.last()]
    else {
        return [0; 2];
    };
    [u64::from(*first) << 8 | u64::from(*middle), u64::from(*last)]
}

#[cfg(all(test, not(loom)))]
pub(super) mod tests {
    use super::are_equal;

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
            for other in texts.iter().filter(|other| other.len() == one.len()) {
                assert_eq!(are_equal(one.as_bytes(), other.as_bytes()), one == other, "{one} {other}");
            }
        }
    }
}
