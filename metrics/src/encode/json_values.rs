//! Arrays and floats in JSON.

use super::number::push_float;

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
