//! Texts in JSON.

/// Appends a text, quoted.
pub(in crate::encode) fn push_text(out: &mut String, text: &str) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        let mut out = String::new();
        push_text(&mut out, "a\"b\\c\n\r\t\u{0}\u{1f}\u{7f}é\u{2028}𝄞/");
        assert_eq!(out, "\"a\\\"b\\\\c\\n\\r\\t\\u0000\\u001f\u{7f}é\u{2028}𝄞/\"");
    }
}
