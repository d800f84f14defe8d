//! Literals among expressions, and their values.

use std::num::NonZero;
use syn::{Expr, Lit, UnOp};

/// Returns the text of a string literal.
pub(crate) fn string(value: &Expr) -> Option<String> {
    match unsigned(value)? {
        Lit::Str(text) => Some(text.value()),
        _ => None,
    }
}

/// Returns the value of an integer literal above zero.
pub(crate) fn positive(value: &Expr) -> Option<NonZero<u64>> {
    match unsigned(value)? {
        Lit::Int(number) => number.base10_parse().ok(),
        _ => None,
    }
}

/// Returns the value of a `bool` literal.
pub(crate) fn boolean(value: &Expr) -> Option<bool> {
    match unsigned(value)? {
        Lit::Bool(flag) => Some(flag.value()),
        _ => None,
    }
}

/// Returns the text that a literal has as the value of a label.
pub(crate) fn label_text(value: &Expr) -> Option<String> {
    if let Expr::Unary(unary) = value {
        return match (&unary.op, unsigned(&unary.expr)?) {
            (UnOp::Neg(_), Lit::Int(number)) => Some(format!("-{}", number.base10_digits())),
            _ => None,
        };
    }
    match unsigned(value)? {
        Lit::Str(text) => Some(text.value()),
        Lit::Int(number) => Some(number.base10_digits().to_owned()),
        Lit::Bool(flag) => Some(flag.value.to_string()),
        Lit::Char(char) => Some(char.value().to_string()),
        _ => None,
    }
}

/// Returns whether `value` is a literal, with or without a sign.
pub(crate) fn is_literal(value: &Expr) -> bool {
    match value {
        Expr::Unary(unary) => unsigned(&unary.expr).is_some(),
        value => unsigned(value).is_some(),
    }
}

/// A number of seconds.
pub(crate) enum Seconds {
    Nanos(u64),
    /// Less than a nanosecond, or too much.
    OutOfRange,
    NotANumber,
    /// An expression that only the compiler can evaluate.
    Constant,
}

/// Returns `value` as a number of seconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked before")]
pub(crate) fn seconds(value: &Expr) -> Seconds {
    let digits = match (value, unsigned(value)) {
        (_, Some(Lit::Float(number))) => number.base10_digits().to_owned(),
        (_, Some(Lit::Int(number))) => number.base10_digits().to_owned(),
        (Expr::Unary(unary), _) if matches!(unary.op, UnOp::Neg(_)) && unsigned(&unary.expr).is_some() => {
            return Seconds::OutOfRange;
        }
        (_, Some(_)) => return Seconds::NotANumber,
        (_, None) => return Seconds::Constant,
    };
    match digits.parse::<f64>().map(|seconds| (seconds * 1e9).round()) {
        Ok(nanos) if (1.0..1e19).contains(&nanos) => Seconds::Nanos(nanos as u64),
        Ok(_) => Seconds::OutOfRange,
        Err(_) => Seconds::NotANumber,
    }
}

/// Returns a percentage from 1 to below 100 with at most six decimals, in hundred-millionths.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked before")]
#[expect(clippy::float_cmp, reason = "of all floats, the one nearest to the decimal number is wanted")]
pub(crate) fn percent(value: &Expr) -> Option<u32> {
    let digits = match unsigned(value)? {
        Lit::Float(number) => number.base10_digits(),
        Lit::Int(number) => number.base10_digits(),
        _ => return None,
    };
    let percent = digits.parse::<f64>().ok().filter(|percent| (1.0..100.0).contains(percent))?;
    let parts = (percent * 1e6).round() as u32;
    (f64::from(parts) / 1e6 == percent).then_some(parts)
}

fn unsigned(value: &Expr) -> Option<&Lit> {
    match value {
        Expr::Lit(literal) => Some(&literal.lit),
        // What a `macro_rules!` fragment comes in.
        Expr::Group(group) => unsigned(&group.expr),
        _ => None,
    }
}
