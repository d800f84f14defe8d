//! Labels as exposition formats print them, and the escaping of texts.

/// Appends a label to those that are there, `a="b",c="d"`.
pub(crate) fn push_label(labels: &mut String, name: &str, value: &str) {
    if !labels.is_empty() {
        labels.push(',');
    }
    labels.push_str(name);
    labels.push_str("=\"");
    push_label_value(labels, value);
    labels.push('"');
}

/// Appends a label's value, with `\`, `"` and line feeds escaped, as all exposition formats do.
fn push_label_value(out: &mut String, value: &str) {
    push_escaped(out, value, |byte| matches!(byte, b'\\' | b'"' | b'\n'));
}

/// Appends a text, with each byte for which `is_special` holds escaped. These must be ASCII.
pub(crate) fn push_escaped(out: &mut String, text: &str, is_special: impl Fn(u8) -> bool) {
    // Hardly any text needs escaping. A full scan is faster than one that stops early.
    let has_special = text.bytes().fold(false, |found, byte| found | is_special(byte));
    if !has_special {
        out.push_str(text);
        return;
    }
    let mut rest = text;
    // Special bytes are ASCII, and an ASCII byte in UTF-8 is always a whole character.
    while let Some(index) = rest.bytes().position(&is_special) {
        out.push_str(&rest[..index]);
        out.push_str(match rest.as_bytes()[index] {
            b'\n' => "\\n",
            b'\r' => " ",
            b'"' => "\\\"",
            _ => "\\\\",
        });
        rest = &rest[index + 1..];
    }
    out.push_str(rest);
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::push_label_value;

    fn label(text: &str) -> String {
        let mut out = String::new();
        push_label_value(&mut out, text);
        out
    }

    #[test]
    fn special_characters_are_escaped() {
        assert_eq!(label("a\\b\"c\nd é\r"), "a\\\\b\\\"c\\nd é\r");
    }

    #[test]
    fn other_characters_are_unchanged() {
        for text in ["", "plain", "日本語 \t'{}=,#\u{0}\u{2028}\u{feff}"] {
            assert_eq!(label(text), text);
        }
    }
}
