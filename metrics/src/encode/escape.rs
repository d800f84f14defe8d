//! Escaping of help texts in exposition formats.

use crate::labels::push_escaped;

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

#[cfg(test)]
mod tests {
    use super::*;

    fn help(text: &str, quotes: Quotes) -> String {
        let mut out = String::new();
        push_help(&mut out, text, quotes);
        out
    }

    #[test]
    fn special_characters_are_escaped() {
        let text = "a\\b\"c\nd é\r";
        assert_eq!(help(text, Quotes::Kept), "a\\\\b\"c\\nd é ");
        assert_eq!(help(text, Quotes::Escaped), "a\\\\b\\\"c\\nd é ");
    }

    #[test]
    fn other_characters_are_unchanged() {
        for text in ["", "plain", "日本語 \t'{}=,#\u{0}\u{2028}\u{feff}"] {
            assert_eq!([help(text, Quotes::Kept), help(text, Quotes::Escaped)], [text; 2]);
        }
    }
}
