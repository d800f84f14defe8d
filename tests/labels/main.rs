//! Types that are values of labels, and structs that are sets of labels.
//!
//! Compiled twice: in edition 2024 here, and in edition 2021 by `edition-2021`.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, clippy::pedantic)]

mod hostile;
mod values;

use tachometer::LabelValue;

/// What the value writes.
fn text<V: LabelValue + ?Sized>(value: &V) -> String {
    let mut text = String::new();
    value.write(&mut text).expect("a string takes everything");
    text
}
