//! Every mistake in an annotation: one clear error at the guilty token, and no second one after it. In a process of its own, for the
//! compiler takes minutes, and the other tests are run without it.
//!
//! After a change of messages: `TRYBUILD=overwrite cargo test -p tachometer-workspace --test ui`, then read the difference.

#[test]
fn mistakes_are_reported_where_they_are() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
