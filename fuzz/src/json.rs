//! Snapshots from other hands.

use crate::encode::check_formats;
use tachometer::{FullSnapshot, FunctionSnapshot};

/// Any text as JSON. What is a snapshot can be printed, compared and subtracted, and comes back equal.
pub fn json(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    match FullSnapshot::from_json(text) {
        Ok(snapshot) => {
            check_formats(&snapshot);
            check_way_back(&snapshot);
            snapshot.functions.iter().for_each(check_function);
            let difference = snapshot.since(&snapshot);
            check_formats(&difference);
            check_way_back(&difference);
        }
        Err(error) => assert!(error.to_string().starts_with("invalid snapshot JSON: ")),
    }
}

pub(crate) fn check_way_back(snapshot: &FullSnapshot) {
    let written = snapshot.to_json();
    let back = FullSnapshot::from_json(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
    assert_eq!(back, *snapshot);
    assert_eq!(back.to_json(), written);
}

/// What is asked of a function's numbers has an answer.
fn check_function(function: &FunctionSnapshot) {
    assert!((0.0..=1.0).contains(&function.error_rate()));
    let percentiles = [0.0, 0.5, 0.9, 0.99, 0.999, 1.0].map(|p| function.percentile(p));
    assert!(percentiles.is_sorted(), "{percentiles:?}");
    assert_eq!(function.mean().is_some(), function.timed() > 0);
}
