//! Formatting of numbers in exposition formats.

use std::fmt::Write;

/// Appends an unsigned integer.
pub(super) fn push_unsigned(out: &mut String, number: u64) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    let mut rest = number;
    loop {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.push_str(str::from_utf8(&digits[first..]).expect("digits are ASCII"));
}

/// Appends a signed integer.
pub(super) fn push_signed(out: &mut String, number: i64) {
    if number < 0 {
        out.push('-');
    }
    push_unsigned(out, number.unsigned_abs());
}

/// Appends a float in its canonical form: the shortest digits that parse as the same float, with an exponent below 1e-4 and from
/// 1e6 on, and always with a point or an exponent. Examples: `0.001`, `1000.0`, `2.5e-06`, `1e+06`, `+Inf`.
///
/// The text of the label `le` is part of the identity of a series, so all formats must write a bound in the same way.
pub(super) fn push_float(out: &mut String, number: f64) {
    let magnitude = number.abs();
    if number.is_nan() {
        out.push_str("NaN");
    } else if magnitude == f64::INFINITY {
        out.push_str(if number > 0.0 { "+Inf" } else { "-Inf" });
    } else if magnitude == 0.0 || (1e-4..1e6).contains(&magnitude) {
        push_formatted(out, format_args!("{number:?}"));
    } else {
        push_scientific(out, number);
    }
}

/// Appends a float in scientific notation with a sign and two digits in the exponent: Rust formats `2.5e-6` and `1e6`, exposition
/// formats `2.5e-06` and `1e+06`.
fn push_scientific(out: &mut String, number: f64) {
    let begin = out.len();
    push_formatted(out, format_args!("{number:e}"));
    let mark = begin + out[begin..].find('e').expect("scientific notation has an exponent") + 1;
    let exponent: i32 = out[mark..].parse().expect("an exponent is a number");
    out.truncate(mark);
    out.push(if exponent < 0 { '-' } else { '+' });
    push_formatted(out, format_args!("{:02}", exponent.unsigned_abs()));
}

fn push_formatted(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    out.write_fmt(arguments).expect("writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_canonical() {
        let cases = [
            (0.0, "0.0"),
            (1.0, "1.0"),
            (-2.5, "-2.5"),
            (1000.0, "1000.0"),
            (999_999.0, "999999.0"),
            (1e6, "1e+06"),
            (2.5e6, "2.5e+06"),
            (1_234_567.0, "1.234567e+06"),
            (1e100, "1e+100"),
            (0.001, "0.001"),
            (0.0001, "0.0001"),
            (0.000_025, "2.5e-05"),
            (1e-6, "1e-06"),
            (-1e-300, "-1e-300"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
            (-f64::NAN, "NaN"),
            (-0.0, "-0.0"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (18_446_744_073_709_551_615.0, "1.8446744073709552e+19"),
        ];
        for (value, text) in cases {
            let mut out = "e".to_owned();
            push_float(&mut out, value);
            assert_eq!(out, format!("e{text}"));
        }
    }

    #[test]
    fn integers_are_formatted_like_display() {
        let powers = (0..20).map(|exponent| 10_u64.pow(exponent));
        for number in powers.flat_map(|power| [power - 1, power, power + 1]).chain([u64::MAX, u64::MAX - 1]) {
            let mut out = String::new();
            push_unsigned(&mut out, number);
            assert_eq!(out, number.to_string());
        }
        for number in [0, -1, 1, -10, i64::MIN, i64::MAX] {
            let mut out = String::new();
            push_signed(&mut out, number);
            assert_eq!(out, number.to_string());
        }
    }
}
