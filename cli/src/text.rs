//! Text for people: names without what moves a cursor, their width, times, counts and shares.

use unicode_width::UnicodeWidthChar;

/// Returns a text in which every character takes one or two columns. Names come from endpoints and files, which may be hostile: control
/// characters, escape sequences, marks that turn the direction of text, and characters without a width are written as escapes.
pub(crate) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c.width() {
            Some(1 | 2) if !is_direction(c) => clean.push(c),
            _ => clean.extend(c.escape_default()),
        }
    }
    clean
}

/// Marks and overrides of the direction of text. Some have a width in some tables.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Returns the number of columns of a clean text.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Returns a clean name in at most `columns` columns: its end, which tells more than its beginning.
pub(crate) fn end_of(name: &str, columns: usize) -> String {
    cut(name, columns, name.chars().rev(), |end: String| {
        format!("…{}", end.chars().rev().collect::<String>())
    })
}

/// Returns a clean text in at most `columns` columns: its beginning.
pub(crate) fn start_of(text: &str, columns: usize) -> String {
    cut(text, columns, text.chars(), |start| format!("{start}…"))
}

fn cut(
    text: &str,
    columns: usize,
    chars: impl Iterator<Item = char>,
    mark: impl Fn(String) -> String,
) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let Some(room) = columns.checked_sub(1) else { return String::new() };
    let mut used = 0;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= room
    };
    mark(chars.take_while(fits).collect())
}

/// Returns a text filled with spaces to `columns` columns.
pub(crate) fn padded(text: &str, columns: usize, is_left: bool) -> String {
    let spaces = " ".repeat(columns.saturating_sub(width(text)));
    if is_left { format!("{text}{spaces}") } else { format!("{spaces}{text}") }
}

/// Formats a number of seconds in the unit that keeps it below a thousand, with about three digits.
pub(crate) fn time(seconds: f64) -> String {
    const UNITS: [(&str, f64); 4] = [("ns", 1e-9), ("µs", 1e-6), ("ms", 1e-3), ("s", 1.0)];
    if !seconds.is_finite() {
        return "-".to_owned();
    }
    let (unit, size) = UNITS.into_iter().find(|(_, size)| seconds / size < 999.5).unwrap_or(("s", 1.0));
    let number = if unit == "ns" { format!("{:.0}", seconds / size) } else { three_digits(seconds / size) };
    format!("{number} {unit}")
}

/// Formats a count or a rate, with about three digits from ten thousand on.
pub(crate) fn count(value: f64) -> String {
    const UNITS: [(&str, f64); 3] = [("k", 1e3), ("M", 1e6), ("G", 1e9)];
    if !value.is_finite() {
        return "-".to_owned();
    }
    if value.abs() < 9_999.5 {
        return if value.fract() == 0.0 || value.abs() >= 100.0 {
            format!("{value:.0}")
        } else {
            three_digits(value)
        };
    }
    let (unit, size) = UNITS.into_iter().find(|(_, size)| value / size < 999.5).unwrap_or(("G", 1e9));
    format!("{}{unit}", three_digits(value / size))
}

/// Formats a share of one as a percentage.
pub(crate) fn share(share: f64) -> String {
    match share * 100.0 {
        percent if !percent.is_finite() => "-".to_owned(),
        0.0 => "0%".to_owned(),
        percent @ ..0.01 => format!("{percent:.3}%"),
        percent @ ..9.995 => format!("{percent:.2}%"),
        percent @ ..99.95 => format!("{percent:.1}%"),
        percent => format!("{percent:.0}%"),
    }
}

fn three_digits(value: f64) -> String {
    match value.abs() {
        ..9.995 => format!("{value:.2}"),
        ..99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_moves_a_cursor_is_escaped() {
        for (text, shown) in [
            ("order", "order"),
            ("\x1b[2J\x07\u{9b}31m", "\\u{1b}[2J\\u{7}\\u{9b}31m"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("\u{202e}evil\u{200b}", "\\u{202e}evil\\u{200b}"),
            ("größe 注文", "größe 注文"),
        ] {
            assert_eq!(clean(text), shown);
        }
    }

    #[test]
    fn long_names_keep_their_end_and_wide_characters_count_twice() {
        assert_eq!([4, 6, 1, 0].map(|columns| end_of("abcdef", columns)), ["…def", "abcdef", "…", ""]);
        assert_eq!(
            (width("注文"), end_of("注文", 3), start_of("注文x", 4)),
            (4, "…文".to_owned(), "注…".to_owned())
        );
    }

    #[test]
    fn numbers_have_about_three_digits() {
        let times = [0.0, 3.2e-8, 1e-6, 0.000_999_6, 0.012_345, 61.0, 3600.0, f64::NAN].map(time);
        assert_eq!(times, ["0 ns", "32 ns", "1.00 µs", "1.00 ms", "12.3 ms", "61.0 s", "3600 s", "-"]);
        let counts = [0.0, 7.0, 7.25, 123.4, 9_999.0, 10_000.0, 1.5e6, 2e12, f64::NAN].map(count);
        assert_eq!(counts, ["0", "7", "7.25", "123", "9999", "10.0k", "1.50M", "2000G", "-"]);
        let shares = [0.0, 0.000_01, 0.005, 0.123, 1.0, 12.5].map(share);
        assert_eq!(shares, ["0%", "0.001%", "0.50%", "12.3%", "100%", "1250%"]);
    }

    proptest! {
        #[test]
        fn a_cut_name_is_clean_and_fits(text in any::<String>(), columns in 0..40_usize) {
            let name = clean(&text);
            prop_assert!(!name.chars().any(char::is_control));
            prop_assert!(width(&end_of(&name, columns)) <= columns);
            prop_assert!(width(&start_of(&name, columns)) <= columns);
        }
    }
}
