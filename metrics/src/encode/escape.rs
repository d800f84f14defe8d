//! Texts as exposition formats write them, inside quotes or behind a keyword.

/// Appends a label's value, with `\`, `"` and line feeds escaped.
pub(super) fn push_label_value(out: &mut String, value: &str) {
    push_escaped(out, value, |byte| matches!(byte, b'\\' | b'"' | b'\n'));
}

/// What a format makes of quotes in a help text.
#[derive(Clone, Copy)]
pub(super) enum Quotes {
    Kept,
    Escaped,
}

/// Appends a help text, with `\` and line feeds escaped.
///
/// A carriage return becomes a blank: it says nothing, and OpenMetrics has none in its lines.
pub(super) fn push_help(out: &mut String, help: &str, quotes: Quotes) {
    let is_special = |byte| matches!(byte, b'\\' | b'\n' | b'\r');
    match quotes {
        Quotes::Kept => push_escaped(out, help, is_special),
        Quotes::Escaped => push_escaped(out, help, |byte| byte == b'"' || is_special(byte)),
    }
}

fn push_escaped(out: &mut String, text: &str, is_special: impl Fn(u8) -> bool) {
    // Nearly no text has anything to escape. To look at all of it takes less time than to stop where one might.
    let has_special = text.bytes().fold(false, |found, byte| found | is_special(byte));
    if !has_special {
        out.push_str(text);
        return;
    }
    let mut rest = text;
    // All of these are ASCII, which in UTF-8 is never a part of another character.
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
    fn what_would_end_a_line_or_a_value_is_escaped() {
        let text = "a\\b\"c\nd é\r";
        assert_eq!(label(text), "a\\\\b\\\"c\\nd é\r");
        assert_eq!(help(text, Quotes::Kept), "a\\\\b\"c\\nd é ");
        assert_eq!(help(text, Quotes::Escaped), "a\\\\b\\\"c\\nd é ");
    }

    #[test]
    fn nothing_else_is() {
        for text in ["", "plain", "日本語 \t'{}=,#\u{0}\u{2028}\u{feff}"] {
            assert_eq!([label(text), help(text, Quotes::Kept), help(text, Quotes::Escaped)], [text; 3]);
        }
    }
}
