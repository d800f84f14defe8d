//! Texts in the characters that CloudWatch allows.

use std::fmt::Write;

/// Returns whether a dimension may have this name.
pub(crate) fn is_dimension_name(name: &str) -> bool {
    (1..=250).contains(&name.len())
        && !name.starts_with(':')
        && name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Returns the value of a dimension in printable ASCII, at least one of which is no blank. Each other byte becomes `%` and two hexadecimal
/// digits, and so does a `%` that would be read as one of these: two values never become the same.
pub(super) fn clean(value: &str) -> String {
    let bytes = value.as_bytes();
    let is_blank = bytes.iter().all(|byte| *byte == b' ');
    let mut clean = String::new();
    for (place, &byte) in bytes.iter().enumerate() {
        let is_escape = || {
            byte == b'%'
                && bytes
                    .get(place + 1..place + 3)
                    .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        };
        if (byte.is_ascii_graphic() || byte == b' ') && !is_blank && !is_escape() {
            clean.push(byte.into());
        } else {
            write!(clean, "%{byte:02x}").expect("writing to a string cannot fail");
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_dimensions_are_ascii_and_stay_different() {
        for (value, expected) in [
            ("shop::Cart", "shop::Cart"),
            ("a b", "a b"),
            ("  ", "%20%20"),
            ("é\n", "%c3%a9%0a"),
            ("100%", "100%"),
            ("%c3%a9", "%25c3%25a9"),
            ("%%41", "%%2541"),
        ] {
            assert_eq!(clean(value), expected);
        }
    }
}
