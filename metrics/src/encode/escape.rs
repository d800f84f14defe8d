//! Escaping of label values and help texts in exposition formats.

/// Appends a label's value, with `\`, `"` and line feeds escaped.
pub(super) fn push_label_value(out: &mut String, value: &str) {
    push_escaped(out, value, |byte| matches!(byte, b'\\' | b'"' | b'\n'));
}

/// Whether a format escapes quotes in help texts.
#[derive(Clone, Copy)]
pub(super) enum Quotes {
    Kept,
    Escaped,
}

/// Appends a help text, with `\` and line feeds escaped.
///
/// A carriage return becomes a space, because OpenMetrics does not allow one in a line.
pub(super) fn push_help(out: &mut String, help: &str, quotes: Quotes) {
    let is_special = |byte| matches!(byte, b'\\' | b'\n' | b'\r');
    match quotes {
        Quotes::Kept => push_escaped(out, help, is_special),
        Quotes::Escaped => push_escaped(out, help, |byte| byte == b'"' || is_special(byte)),
    }
}

fn push_escaped(out: &mut String, text: &str, is_special: impl Fn(u8) -> bool) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn label(text: &str) -> String {
        let mut out = String::new();
        push_label_value(&mut out, text);
        out
    }

    fn help(text: &str, quotes: Quotes) -> String {
        let mut out = String::new();
        push_help(&mut out, text, quotes);
        out
    }

    #[test]
    fn special_characters_are_escaped() {
        let text = "a\\b\"c\nd é\r";
        assert_eq!(label(text), "a\\\\b\\\"c\\nd é\r");
        assert_eq!(help(text, Quotes::Kept), "a\\\\b\"c\\nd é ");
        assert_eq!(help(text, Quotes::Escaped), "a\\\\b\\\"c\\nd é ");
    }

    #[test]
    fn other_characters_are_unchanged() {
        for text in ["", "plain", "日本語 \t'{}=,#\u{0}\u{2028}\u{feff}"] {
            assert_eq!([label(text), help(text, Quotes::Kept), help(text, Quotes::Escaped)], [text; 3]);
        }
    }
}
