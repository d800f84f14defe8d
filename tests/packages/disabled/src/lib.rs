//! Annotated code as a library has it: without the feature `enabled` nothing of the annotations is left.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, clippy::pedantic)]

use std::num::ParseIntError;
use std::panic::Location;
use tachometer::instrumented;

/// Annotated alone.
///
/// # Errors
/// Where `text` is no number.
#[instrumented(name = "parse", labels(tier = "gold"), buckets = [0.001, 0.01], slo(success = 99.9, latency = (0.01, 99)))]
pub fn parse(text: &str) -> Result<u32, ParseIntError> {
    text.parse()
}

/// An async function stays one: nothing runs before the first poll.
#[instrumented]
#[expect(clippy::unused_async, reason = "the lint sees the word `async`, so it is still there")]
pub async fn answer() -> u32 {
    42
}

/// Without native buckets with the feature, too.
#[instrumented(native = false)]
#[must_use]
pub fn halve(number: u32) -> u32 {
    number / 2
}

/// Nothing that an option says is evaluated.
#[instrumented(registry = unreachable!(), ok_if = |_| unreachable!())]
#[must_use]
pub fn double(number: u32) -> u32 {
    number * 2
}

/// Nothing is put into the value, whether or not the feature that the option needs is on.
#[instrumented(ends_with = "stream")]
#[must_use]
pub fn boxed() -> std::pin::Pin<Box<dyn Stream>> {
    Box::pin(double(2))
}

/// No function is called with the value.
#[instrumented(ends_with = |_, _| unreachable!())]
#[must_use]
pub fn held(number: u32) -> u32 {
    number
}

/// A trait of that name.
pub trait Stream {
    /// Returns the number.
    fn number(&self) -> u32;
}

impl Stream for u32 {
    fn number(&self) -> u32 {
        *self
    }
}

/// Pieces of code are what they are, and their macro may stand in a constant.
///
/// # Errors
/// Where `text` is no number.
pub fn sum(text: &str) -> Result<u32, ParseIntError> {
    const ONE: u32 = tachometer::time!("one", 1);
    Ok(tachometer::time!("parsed", parse(text)?) + ONE)
}

/// Annotated as a whole, with annotations inside.
#[derive(Debug, Default)]
pub struct Cart(Vec<u32>);

#[instrumented(labels(tier = "gold"))]
impl Cart {
    /// Left alone with the feature, too.
    #[must_use]
    pub const fn new() -> Self {
        Cart(Vec::new())
    }

    /// With options of its own.
    #[instrumented(name = "add")]
    pub fn add(&mut self, price: u32) {
        self.0.push(price);
    }

    /// Could not be counted with the feature.
    ///
    /// # Errors
    /// Where there is none.
    #[track_caller]
    pub fn first(&self) -> Result<u32, &'static Location<'static>> {
        self.0.first().copied().ok_or(Location::caller())
    }

    /// Left alone.
    #[cfg_attr(all(), instrumented(skip))]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The derive is an implementation of a trait, with the feature or without it.
#[derive(Debug, tachometer::ErrorKind)]
pub enum Failure {
    /// Called by its name.
    NotFound,
    /// Has the kinds of what it holds.
    #[error_kind(transparent)]
    Number(ParseIntError),
}

/// So is this one.
#[derive(Clone, Copy, Debug, tachometer::LabelValue)]
pub enum Tier {
    /// Called by its name.
    Free,
    /// Called otherwise.
    #[label_value("gold")]
    Paid(u32),
}

/// And this one.
#[derive(Debug, tachometer::LabelSet)]
pub struct Labels {
    /// What is bought.
    pub tier: Tier,
    /// Called otherwise.
    #[label("again")]
    pub is_renewal: bool,
}

/// What the labels would be evaluated from stays used.
#[instrumented(labels(tier = tier))]
pub fn check_out(tier: Tier) {
    let _ = tier;
}

/// The expression alone: `.await`, `break` and `return` do what they do without the macro, and a reference to a temporary
/// value lives as long.
///
/// # Errors
/// With the parse's.
pub async fn pieces(text: &str) -> Result<usize, Failure> {
    let owned = tachometer::time!("temporary", &String::from(text));
    let length = tachometer::time!("awaited", async { owned.len() }.await);
    for round in 0..2 {
        tachometer::time!(
            "broken off",
            if round == 1 {
                break;
            }
        );
    }
    if length == 0 {
        tachometer::time!("returned", return Err(Failure::NotFound));
    }
    tachometer::time!("passed on", text.parse::<usize>().map_err(Failure::Number)?);
    Ok(length)
}
