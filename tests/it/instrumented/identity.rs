//! Which series a function is.

use super::*;

mod first {
    pub struct Same;
    pub trait Act {
        fn act(&self);
    }
}

mod second {
    pub struct Same;
    pub trait Act {
        fn act(&self);
    }
}

#[instrumented]
impl first::Same {
    pub fn touch(self) {}
}

#[instrumented]
impl second::Same {
    pub fn touch(self) {}
}

#[instrumented]
impl first::Act for first::Same {
    fn act(&self) {}
}

#[instrumented]
impl second::Act for first::Same {
    fn act(&self) {}
}

struct Generic<T>(T);

#[instrumented]
impl Generic<u8> {
    fn get(&self) -> u8 {
        self.0
    }
}

#[instrumented]
impl Generic<u16> {
    fn get(&self) -> u16 {
        self.0
    }
}

fn blocks() {
    {
        #[instrumented]
        fn inner() {}
        inner();
    }
    {
        #[instrumented]
        fn inner() {}
        inner();
        inner();
    }
}

#[test]
fn two_functions_never_share_a_series() {
    first::Same.touch();
    second::Same.touch();
    second::Same.touch();
    first::Act::act(&first::Same);
    second::Act::act(&first::Same);
    assert_eq!((Generic(1_u8).get(), Generic(2_u16).get()), (1, 2));
    blocks();
    let snapshot = super::snapshot();
    let calls: Vec<(&str, u64)> = snapshot
        .functions
        .iter()
        .filter(|function| {
            function.module == module_path!() && !["shared", "Codec::encode"].contains(&&*function.function)
        })
        .map(|function| (function.function.as_str(), function.calls()))
        .collect();
    let expected = [
        ("<Same as Act>::act", 1),
        ("<it::instrumented::identity::first::Same as it::instrumented::identity::second::Act>::act", 1),
        ("Generic<u16>::get", 1),
        ("Generic<u8>::get", 1),
        ("Same::touch", 1),
        ("blocks::inner", 1),
        ("blocks::inner#2", 2),
        ("it::instrumented::identity::second::Same::touch", 2),
    ];
    assert_eq!(calls, expected);
}

mod elsewhere {
    #[tachometer::instrumented]
    pub fn shared() {}
}

#[instrumented(name = "shared")]
fn one() {}

#[instrumented(name = "shared", buckets = [0.001, 1])]
fn other() {}

struct Text;
struct Binary;

#[instrumented(name = "Codec")]
impl Text {
    fn encode() {}
}

#[instrumented(name = "Codec")]
impl Binary {
    fn encode() {}
}

#[test]
fn a_name_that_is_given_to_two_types_is_one_series_a_method() {
    Text::encode();
    Binary::encode();
    assert_eq!(counted("Codec::encode").ok, 2);
}

#[test]
fn a_name_that_is_given_twice_is_one_series() {
    one();
    other();
    other();
    elsewhere::shared();
    let snapshot = super::snapshot();
    let here = concat!(module_path!(), "::shared");
    let shared = snapshot.function(here).unwrap();
    assert_eq!((shared.ok, shared.latency().total()), (3, 3));
    assert_eq!(
        shared.latency().boundaries,
        [1_000_000, 1_000_000_000, u64::MAX],
        "the bounds that both have"
    );
    assert_eq!(snapshot.functions_named(here).len(), 1);
    let of_elsewhere = concat!(module_path!(), "::elsewhere::shared");
    assert_eq!(snapshot.function(of_elsewhere).unwrap().ok, 1);
    assert_eq!(snapshot.functions_named("shared").len(), 2);
    assert_eq!(snapshot.function("shared").unwrap().module, module_path!(), "the first in order");
}
