//! Literals of JSON as the protocol has them.

use crate::encode::json_values::{push_array, push_double};
use crate::encode::number::push_unsigned;

/// Appends an integer as a text: parsers would round one of 64 bits.
pub(super) fn push_integer(out: &mut String, number: u64) {
    out.push('"');
    push_unsigned(out, number);
    out.push('"');
}

/// Appends integers as an array of texts.
pub(super) fn push_integers(out: &mut String, numbers: &[u64]) {
    push_array(out, numbers, |out, number| push_integer(out, *number));
}

/// Appends floats as an array.
pub(super) fn push_floats(out: &mut String, numbers: &[f64]) {
    push_array(out, numbers, |out, number| push_double(out, *number));
}
