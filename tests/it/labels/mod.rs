//! Types that are values of labels, and structs that are sets of labels.
//!
//! Compiled twice: in edition 2024 here, and in edition 2021 by `edition-2021`.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, clippy::pedantic)]

mod hostile;
mod sets;
mod values;

use tachometer::{LabelSet, LabelValue, family::LabelVisitor};

/// What the value writes.
fn text<V: LabelValue + ?Sized>(value: &V) -> String {
    let mut text = String::new();
    value.write(&mut text).expect("a string takes everything");
    text
}

/// The values that a set shows.
fn texts<L: LabelSet>(labels: &L) -> Vec<String> {
    struct Texts(Vec<String>);
    impl LabelVisitor for Texts {
        fn value<V: LabelValue + ?Sized>(&mut self, value: &V) {
            self.0.push(text(value));
        }
    }
    let mut texts = Texts(Vec::new());
    labels.visit(&mut texts);
    assert_eq!(texts.0.len(), L::NAMES.len());
    texts.0
}
