//! Literals of JSON, for the encoders that write it without `serde`.

use super::number::push_float;

/// Appends a text, quoted.
pub(super) fn push_text(out: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let must_be_escaped = |byte: u8| matches!(byte, 0..0x20 | b'"' | b'\\');
    out.push('"');
    let mut rest = text;
    // What must be escaped is ASCII, and an ASCII byte in UTF-8 is always a whole character.
    while let Some(index) = rest.bytes().position(must_be_escaped) {
        out.push_str(&rest[..index]);
        let byte = rest.as_bytes()[index];
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => {
                out.push_str("\\u00");
                out.extend([byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)])));
            }
        }
        rest = &rest[index + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

/// Appends elements as an array.
pub(super) fn push_array<T>(out: &mut String, elements: &[T], push: impl Fn(&mut String, &T)) {
    out.push('[');
    for (index, element) in elements.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push(out, element);
    }
    out.push(']');
}

/// Appends a float: as a number, or as a text if it is none of JSON's.
pub(super) fn push_double(out: &mut String, number: f64) {
    if number.is_finite() {
        push_float(out, number);
    } else if number.is_nan() {
        out.push_str("\"NaN\"");
    } else {
        out.push_str(if number > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        let mut out = String::new();
        push_text(&mut out, "a\"b\\c\n\r\t\u{0}\u{1f}\u{7f}é\u{2028}𝄞/");
        assert_eq!(out, "\"a\\\"b\\\\c\\n\\r\\t\\u0000\\u001f\u{7f}é\u{2028}𝄞/\"");
    }

    #[test]
    fn floats_are_numbers_unless_json_has_none() {
        for (number, literal) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (2.5e-6, "2.5e-06"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NAN, "\"NaN\""),
            (-f64::NAN, "\"NaN\""),
            (f64::INFINITY, "\"Infinity\""),
            (f64::NEG_INFINITY, "\"-Infinity\""),
        ] {
            let mut out = String::new();
            push_double(&mut out, number);
            assert_eq!(out, literal);
        }
    }
}
