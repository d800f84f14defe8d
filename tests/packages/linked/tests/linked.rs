//! What is linked is at zero: the annotations of this program and of a library that nothing here refers to.
#![cfg(not(target_family = "wasm"))]
#![forbid(unsafe_code)]

use tachometer::{Counter, instrumented, metrics};
use tachometer_test_linked as _;

metrics! {
    #[allow(dead_code, reason = "that nothing refers to it is the point")]
    static OF_THE_PROGRAM: Counter = Counter::new("of_the_program_total", "Never used");
}

#[allow(dead_code, reason = "that nothing refers to it is the point")]
#[instrumented]
fn never_called() {}

#[test]
fn what_is_linked_is_at_zero() {
    let snapshot = tachometer::snapshot();
    let mut functions: Vec<&str> =
        snapshot.functions.iter().map(|function| function.function.as_str()).collect();
    functions.sort_unstable();
    assert_eq!(functions, ["generic", "never_called", "private", "private_in_a_module", "public"]);
    let metrics: Vec<&str> = snapshot.declared.keys().map(String::as_str).collect();
    assert_eq!(metrics, ["of_a_module", "of_the_library_total", "of_the_program_total"]);
}
