//! Formatting of numbers in exposition formats.

use std::fmt::Write;

/// The numbers below a thousand, each in three digits. Pieces of it need no check that they are UTF-8.
static THREE_DIGITS: &str = {
    const ALL: [u8; 3_000] = {
        const DIGITS: [u8; 10] = *b"0123456789";
        let mut all = [0; 3_000];
        let mut number = 0;
        while number < 1_000 {
            all[number * 3] = DIGITS[number / 100];
            all[number * 3 + 1] = DIGITS[number / 10 % 10];
            all[number * 3 + 2] = DIGITS[number % 10];
            number += 1;
        }
        all
    };
    match str::from_utf8(&ALL) {
        Ok(digits) => digits,
        Err(_) => panic!("digits are ASCII"),
    }
};

/// Returns the three digits of a number below a thousand.
#[inline]
fn three_digits(number: u64) -> &'static str {
    let begin = (number % 1_000) as usize * 3;
    &THREE_DIGITS[begin..begin + 3]
}

/// Appends an unsigned integer.
pub(super) fn push_unsigned(out: &mut String, number: u64) {
    if number >= 1_000 {
        push_unsigned(out, number / 1_000);
        out.push_str(three_digits(number));
        return;
    }
    let digits = three_digits(number);
    out.push_str(match number {
        0..10 => &digits[2..],
        10..100 => &digits[1..],
        _ => digits,
    });
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
        if !push_billionths(out, number) {
            push_formatted(out, format_args!("{number:?}"));
        }
    } else {
        push_scientific(out, number);
    }
}

/// Returns the canonical form of a float, which is that of a bound in the label `le`.
pub(crate) fn float_text(number: f64) -> String {
    let mut text = String::new();
    push_float(&mut text, number);
    text
}

/// Appends a float below 1e6 that is a whole number of billionths, such as a time that was measured in nanoseconds, and returns
/// `true`. Appends nothing if it is another float.
///
/// Such a number has at most 15 significant digits. Two numbers of at most 15 digits are never the same float, so its digits without
/// trailing zeros are the shortest ones that parse as the float.
fn push_billionths(out: &mut String, number: f64) -> bool {
    const BILLION: u64 = 1_000_000_000;
    let magnitude = number.abs();
    // The nearest integer, or one beside it: whether it is the right one is checked.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "below 2^50, and not negative"
    )]
    let billionths = (magnitude * 1e9 + 0.5) as u64;
    // Both are exact as floats, so the quotient is the float that is nearest to the number.
    if (billionths as f64 / 1e9).to_bits() != magnitude.to_bits() {
        return false;
    }
    if number.is_sign_negative() {
        out.push('-');
    }
    push_unsigned(out, billionths / BILLION);
    out.push('.');
    let fraction = billionths % BILLION;
    let parts = [fraction / 1_000_000, fraction / 1_000 % 1_000, fraction % 1_000];
    let last = parts.iter().rposition(|part| *part != 0).unwrap_or_default();
    for part in &parts[..last] {
        out.push_str(three_digits(*part));
    }
    let digits = three_digits(parts[last]);
    // At least one digit.
    out.push_str(match parts[last] {
        part if part % 100 == 0 => &digits[..1],
        part if part % 10 == 0 => &digits[..2],
        _ => digits,
    });
    true
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

/// Appends `value` divided by a power of ten, exactly.
#[cfg(any(feature = "statsd", feature = "emf"))]
pub(super) fn push_scaled(out: &mut String, value: u64, decimals: u32) {
    let unit = 10_u64.pow(decimals);
    push_unsigned(out, value / unit);
    let (mut fraction, mut digit) = (value % unit, unit);
    if fraction > 0 {
        out.push('.');
    }
    while fraction > 0 {
        digit /= 10;
        push_unsigned(out, fraction / digit);
        fraction %= digit;
    }
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
    fn floats_of_few_digits_are_formatted_like_all_others() {
        let mut random = 1_u64;
        let mut numbers =
            vec![0.1 + 0.2, 123_456.789_012_345, 0.000_1, 0.000_1_f64.next_down(), 999_999.999_999_999];
        for bits in 17..64 {
            for _ in 0..1_000 {
                random =
                    random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let nanos = random >> bits;
                let seconds = nanos as f64 / 1e9;
                numbers.extend([
                    seconds,
                    seconds.next_up(),
                    -seconds,
                    seconds * 1.1,
                    seconds.fract(),
                    seconds.trunc(),
                ]);
            }
        }
        let is_plain = |number: &f64| *number == 0.0 || (1e-4..1e6).contains(&number.abs());
        for number in numbers.into_iter().filter(is_plain) {
            let mut out = String::new();
            push_float(&mut out, number);
            assert_eq!(out, format!("{number:?}"));
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

    #[cfg(any(feature = "statsd", feature = "emf"))]
    #[test]
    fn integers_are_divided_exactly() {
        for (value, decimals, text) in [
            (0, 9, "0"),
            (1, 9, "0.000000001"),
            (1_011_289, 6, "1.011289"),
            (20_500_000, 6, "20.5"),
            (7, 0, "7"),
            (u64::MAX, 9, "18446744073.709551615"),
        ] {
            let mut out = String::new();
            push_scaled(&mut out, value, decimals);
            assert_eq!(out, text);
        }
    }
}
