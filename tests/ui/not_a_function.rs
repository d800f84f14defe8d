#![deny(warnings)]

use tachometer::instrumented;

#[instrumented]
struct Data;

#[instrumented]
pub enum Kind {
    One,
}

#[instrumented]
union Number {
    whole: u32,
}

#[instrumented]
mod inner {}

#[instrumented]
pub(crate) trait Shape {
    fn area(&self) -> f64 {
        1.0
    }
}

#[instrumented]
unsafe trait Unchecked {}

#[instrumented]
static COUNT: u32 = 0;

#[instrumented(sample = 0)]
const TWO: u32 = 2;

#[instrumented]
type Whole = u32;

#[instrumented]
use std::fmt::Debug;

#[instrumented]
thread_local! {
    static LOCAL: u32 = const { 3 };
}

impl Shape for Data {}

// SAFETY: it asks for nothing.
unsafe impl Unchecked for Data {}

fn show(_: &dyn Debug) {}

fn unchecked(_: impl Unchecked) {}

fn main() {
    let number: Whole = COUNT + TWO;
    show(&number);
    unchecked(Data);
    let number = Number { whole: 1 };
    // SAFETY: there is no other field.
    let _ = (Data.area(), Kind::One, unsafe { number.whole });
    LOCAL.with(|_| {});
}
