//! Names, labels and tags in the characters that the protocol leaves to them.

use std::fmt::Write;

/// Appends one segment of a name of the plain protocol, in which points separate segments. The original daemon removes all but letters,
/// digits and `_-.;=`.
///
/// Two texts never become the same segment: `::` becomes `--`, another byte that is no letter, digit or `_` becomes `-_` and two
/// hexadecimal digits, and so does a `-` before one of these. All other hyphens are kept, as in `eu-west-1`.
pub(super) fn push_segment(out: &mut String, text: &str) {
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => out.push(byte.into()),
            b'-' if after.first().is_none_or(u8::is_ascii_alphanumeric) => out.push('-'),
            b':' if after.first() == Some(&b':') => {
                out.push_str("--");
                rest = &after[1..];
            }
            _ => write!(out, "-_{byte:02x}").expect("writing to a string cannot fail"),
        }
    }
}

/// Appends the name of a metric in DogStatsD. Of the characters that Prometheus allows in it, only the colon has another meaning there.
/// Names contain no points, so two never become the same.
pub(super) fn push_clean_name(out: &mut String, name: &str) {
    out.extend(name.chars().map(|character| if character == ':' { '.' } else { character }));
}

/// Returns whether a tag may contain the character. The protocol has no escapes.
pub(crate) fn is_tag_character(character: char) -> bool {
    !matches!(character, ',' | '|') && !character.is_control()
}

/// Appends the name or the value of a tag.
pub(super) fn push_clean_tag(out: &mut String, text: &str) {
    out.extend(text.chars().map(|character| if is_tag_character(character) { character } else { '_' }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn segment(text: &str) -> String {
        let mut out = String::new();
        push_segment(&mut out, text);
        out
    }

    /// The inverse, which exists if no two texts have the same segment.
    fn text_of(segment: &str) -> Vec<u8> {
        let mut rest = segment.as_bytes();
        let mut text = Vec::new();
        while let Some((&byte, after)) = rest.split_first() {
            rest = match after {
                [b'-', after @ ..] if byte == b'-' => {
                    text.extend(b"::");
                    after
                }
                [b'_', after @ ..] if byte == b'-' => {
                    text.push(u8::from_str_radix(str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
                    &after[2..]
                }
                _ => {
                    text.push(byte);
                    after
                }
            };
        }
        text
    }

    #[test]
    fn segments_of_usual_texts_are_readable() {
        let cases = [
            ("checkout", "checkout"),
            ("shop::Cart::total", "shop--Cart--total"),
            ("eu-west-1", "eu-west-1"),
            ("/cart/{id}", "-_2fcart-_2f-_7bid-_7d"),
            ("a.b", "a-_2eb"),
            ("a-", "a-"),
            ("a--b", "a-_2d-b"),
            ("a-_20", "a-_2d_20"),
            (":::", "---_3a"),
            ("é", "-_c3-_a9"),
        ];
        for (text, expected) in cases {
            assert_eq!(segment(text), expected);
        }
    }

    proptest! {
        #[test]
        fn two_texts_never_become_the_same_segment(text in "[-:_a0 .é|@#\n]{0,12}") {
            let segment = segment(&text);
            prop_assert!(segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)));
            prop_assert_eq!(text_of(&segment), text.as_bytes());
        }
    }
}
