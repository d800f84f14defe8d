//! What is called without its feature: the error names it.
//!
//! After a change of messages: `TRYBUILD=overwrite cargo test --manifest-path tests/packages/disabled/Cargo.toml`, then read the
//! difference.

#[test]
fn a_call_without_its_feature_is_an_error_that_names_it() {
    trybuild::TestCases::new().compile_fail("tests/features/*.rs");
}
