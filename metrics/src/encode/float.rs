//! Floats as exposition formats write them.

use std::fmt;

/// A float in its one canonical form: the shortest digits that read back as the same float, with an exponent below 1e-4
/// and from 1e6 on, and always a point or an exponent. `0.001`, `1000.0`, `2.5e-06`, `1e+06`, `+Inf`.
///
/// Series are told apart by the text of their labels, `le` among them, so every format must write a bound alike.
pub(super) struct Canonical(pub(super) f64);

impl fmt::Display for Canonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.0;
        if value.is_nan() {
            return f.write_str("NaN");
        }
        if value.is_infinite() {
            return f.write_str(if value > 0.0 { "+Inf" } else { "-Inf" });
        }
        let magnitude = value.abs();
        if magnitude == 0.0 || (1e-4..1e6).contains(&magnitude) {
            return write!(f, "{value:?}");
        }
        // Rust writes `2.5e-6`, the formats `2.5e-06`.
        let scientific = format!("{value:e}");
        let (mantissa, exponent) = scientific.split_once('e').ok_or(fmt::Error)?;
        let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
        write!(f, "{mantissa}e{sign}{digits:0>2}")
    }
}

#[cfg(test)]
mod tests {
    use super::Canonical;

    #[test]
    fn floats_have_one_form() {
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
            (18_446_744_073_709_551_615.0, "1.8446744073709552e+19"),
        ];
        for (value, text) in cases {
            assert_eq!(Canonical(value).to_string(), text);
        }
    }
}
