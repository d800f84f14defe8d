//! What may stand before a `static` in `metrics!`, in a crate that forbids unsafe code. Also run in the edition of 2021.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, clippy::pedantic)]

use tachometer::{Counter, FullSnapshot, Gauge, families::SampleValue, metrics, snapshot};

fn shown<'a>(snapshot: &'a FullSnapshot, name: &str) -> &'a SampleValue {
    snapshot.declared[name].value().expect("it has no labels")
}

metrics! {
    /// A comment.
    #[cfg(all())]
    pub(crate) static CONDITION_HOLDS: Counter = Counter::new("condition_holds_total", "It is there");
    /// Another.
    #[cfg(any())]
    static CONDITION_FAILS: Counter = Counter::new("condition_fails_total", "It is not there");
    #[cfg_attr(all(), cfg(any()))]
    static CONDITION_FAILS_LATER: NoType = does_not_exist();
    #[cfg_attr(all(), doc = "It has a comment", allow(non_upper_case_globals))]
    static LowerCase: Gauge = Gauge::new("lower_case", "It has a name that is remarked on");
    #[allow(dead_code)]
    #[cfg(not(any()))]
    #[doc = "Nobody names it."]
    static NEVER_NAMED: Gauge = Gauge::new("never_named", "It is there");
}

#[test]
fn conditions_hold_for_the_whole_of_a_metric() {
    CONDITION_HOLDS.increment();
    LowerCase.set(4);
    metrics! {
        #[cfg(any())]
        static INSIDE: Counter = Counter::new("inside_not_total", "Not there");
        #[cfg(all())]
        /// Inside a function.
        static INSIDE: Counter = Counter::new("inside_total", "There");
        static INSIDE_UNUSED: Counter = Counter::new("inside_unused_total", "There");
    }
    INSIDE.add(3);
    let snapshot = snapshot();
    assert_eq!(*shown(&snapshot, "condition_holds_total"), SampleValue::Count(1));
    assert_eq!(*shown(&snapshot, "lower_case"), SampleValue::Level(4));
    assert_eq!(*shown(&snapshot, "inside_total"), SampleValue::Count(3));
    for unnamed in ["never_named", "inside_unused_total"] {
        assert!(snapshot.declared.contains_key(unnamed), "{unnamed}");
    }
    for absent in ["condition_fails_total", "inside_not_total"] {
        assert!(!snapshot.declared.contains_key(absent), "{absent}");
    }
}
