//! Compile-time checks of the declaration of a family.

use crate::buckets::bounds::count_finite;
use crate::names::{check_label_name, is_equal};

/// Checks that the bounds of a histogram strictly increase.
pub(super) const fn check_bounds(bounds: &[u64]) {
    if let Err(fault) = count_finite(bounds) {
        panic!("{}", fault.message().as_str());
    }
}

/// Checks that label names are valid, not reserved, and different.
pub(super) const fn check_labels(names: &[&str]) {
    let mut index = 0;
    while index < names.len() {
        let name = names[index];
        check_label_name(name);
        assert!(!is_among_first(name, names, index), "two labels of a set must not have the same name");
        index += 1;
    }
}

/// Checks that the known values of each label are not empty, and different.
pub(super) const fn check_values(values: &[Option<&'static [&'static str]>]) {
    let mut label = 0;
    while label < values.len() {
        if let Some(values) = values[label] {
            let mut index = 0;
            while index < values.len() {
                assert!(!values[index].is_empty(), "the known values of a label must not be empty");
                assert!(
                    !is_among_first(values[index], values, index),
                    "the known values of a label must all be different"
                );
                index += 1;
            }
        }
        label += 1;
    }
}

/// Checks that the `COUNT` of a label set was not overridden with another number.
pub(super) const fn check_count(declared: Option<usize>, counted: Option<usize>) {
    let is_same = match (declared, counted) {
        (Some(declared), Some(counted)) => declared == counted,
        (None, None) => true,
        _ => false,
    };
    assert!(
        is_same,
        "the `COUNT` of a set of labels must follow from its `NAMES` and `VALUES`: leave it at its default"
    );
}

/// Returns whether one of the first `count` texts is `text`.
const fn is_among_first(text: &str, texts: &[&str], count: usize) -> bool {
    let mut index = 0;
    while index < count {
        if is_equal(text, texts[index]) {
            return true;
        }
        index += 1;
    }
    false
}
