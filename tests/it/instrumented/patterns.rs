//! Arguments whose pattern is a constant: it binds nothing, and as an expression it would be a second value.

#![allow(clippy::ignored_unit_patterns, clippy::trivially_copy_pass_by_ref, clippy::needless_pass_by_value)]

use super::*;
use std::cell::Cell;
use std::convert::Infallible;

thread_local! {
    static DROPPED: Cell<u32> = const { Cell::new(0) };
}

struct Token;

impl Drop for Token {
    fn drop(&mut self) {
        DROPPED.set(DROPPED.get() + 1);
    }
}

enum Only {
    Variant,
}

const NOTHING: () = ();

#[instrumented]
fn spend(Token: Token) {}

#[instrumented]
fn spend_some(Token: Token, (Token, amount): (Token, u8)) -> u8 {
    amount
}

#[instrumented(labels(amount = amount))]
fn spend_labelled(Token: Token, (Token, amount): (Token, u8)) {}

#[instrumented]
async fn spend_later(Token: Token, kept: Token) {
    let _kept = kept;
    tokio::task::yield_now().await;
}

#[instrumented(error_if = |_| true)]
#[track_caller]
fn spend_tracked(Token: Token) {}

#[allow(non_camel_case_types)]
struct unit;

impl Drop for unit {
    fn drop(&mut self) {
        DROPPED.set(DROPPED.get() + 1);
    }
}

#[instrumented]
fn small(unit: unit, _other: Token) {}

#[instrumented]
fn constants(NOTHING: (), Only::Variant: Only, (): ()) {}

/// Cannot be called, and compiles.
#[instrumented]
#[allow(dead_code)]
fn never_called(None: Option<Infallible>) {}

#[allow(non_snake_case)]
#[instrumented(labels(n = N, m = *M))]
fn capitals(N: u8, M: &u8) -> u8 {
    N + M
}

#[test]
fn a_unit_struct_as_a_pattern_is_dropped_once() {
    spend(Token);
    assert_eq!(DROPPED.take(), 1);
    assert_eq!(spend_some(Token, (Token, 3)), 3);
    assert_eq!(DROPPED.take(), 2);
    spend_labelled(Token, (Token, 3));
    assert_eq!(DROPPED.take(), 2);
    spend_tracked(Token);
    assert_eq!(DROPPED.take(), 1);
    small(unit, Token);
    assert_eq!(DROPPED.take(), 2);
    constants(NOTHING, Only::Variant, ());
    for (name, calls) in [("spend", 1), ("spend_some", 1), ("spend_labelled", 1), ("constants", 1)] {
        assert_eq!(outcomes(name), (calls, 0, 0, 0, 0), "{name}");
    }
    assert_eq!(outcomes("spend_tracked"), (0, 1, 0, 0, 0));
}

#[test]
fn a_unit_struct_as_a_pattern_is_dropped_with_the_future() {
    let mut future = Box::pin(spend_later(Token, Token));
    assert!(poll(future.as_mut()).is_pending());
    assert_eq!(DROPPED.get(), 0, "as without an annotation");
    drop(future);
    assert_eq!(DROPPED.take(), 2);
}

#[test]
fn a_variable_that_is_written_like_a_constant_is_a_variable() {
    assert_eq!(capitals(1, &2), 3);
    let labels = counted("capitals").labels;
    assert_eq!(labels.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>(), ["1", "2"]);
}
