//! For tests of programs: what a function or a metric did meanwhile, and a readable difference where that is not what was
//! expected.
//!
//! ```
//! use tachometer::testing::{self, function, metric};
//! use tachometer::{Counter, instrumented, metrics};
//!
//! metrics! {
//!     static PARCELS: Counter = Counter::new("parcels_weighed_total", "Parcels that were weighed");
//! }
//!
//! #[instrumented]
//! fn weigh(grams: u32) -> Result<u32, &'static str> {
//!     PARCELS.increment();
//!     if grams == 0 { Err("nothing there") } else { Ok(grams) }
//! }
//!
//! fn main() {
//!     let watch = testing::watch_thread();
//!     let _ = weigh(0);
//!     watch.assert(function("weigh").errors(1));
//!     watch.assert(metric("parcels_weighed_total").by(1));
//! }
//! ```
//!
//! A [`Watch`] remembers a snapshot, and subtracts it from the one that it takes at each assertion. So it says nothing of what
//! was counted before, resets nothing, and any number of them may be there at once. It watches what this thread does in the
//! [`global`](crate::global) registry ([`watch_thread`]), what all threads do there ([`watch`]), or a registry of your own
//! ([`watch_registry`]).
//!
//! # What is not mentioned did not happen
//! A function that is expected to have one error, and also had a call that was `ok`, is not as expected:
//!
//! ```should_panic
//! # use tachometer::{instrumented, testing::{self, function}};
//! #[instrumented]
//! fn frank(letter: &str) -> Result<usize, &'static str> {
//!     if letter.is_empty() { Err("no letter") } else { Ok(letter.len()) }
//! }
//!
//! fn main() {
//!     let watch = testing::watch();
//!     let _ = (frank(""), frank("Dear reader"));
//!     watch.assert(function("frank").errors(1)); // panics
//! }
//! ```
//!
//! It panics at the line of the assertion, with
//!
//! ```text
//! function "frank" (module "post") is not as expected, since the watch at tests/post.rs:9
//!           expected  counted
//!   ok             0        1  <--
//!   errors         1        1
//! ```
//!
//! This is so for what the expectation is about: the outcomes of that function, or the number of that metric. What else
//! the registry has may change, unless [`Watch::assert_only`] says otherwise.
//!
//! # Tests that run side by side
//! The tests of one program share the global registry, and a [`watch`] sees what all threads do: also the calls of other tests that
//! call the same function. [`watch_thread`] sees only what its own thread does, and each test has a thread of its own: begin
//! with that one. Where a test starts threads whose calls it expects, [`watch`] is the way, with something that tells tests
//! apart which use the same function: a label that only the one test has (`function("checkout").with("tenant", "test-7")`), a
//! registry of their own, or a lock that all take. Declared metrics and functions without the option `registry` are in the
//! global one.
//!
//! What a thread counted is seen once it was joined, or has told so in another way.
//!
//! # Time
//! Under a [`MockClock`](crate::MockClock) durations are exact, and can be [expected](FunctionExpectation::total_time) to be.

mod amount;
mod bounds;
mod difference;
mod function;
mod labels;
mod metric;
mod period;
mod similar;
mod watch;

pub use amount::Amount;
pub use difference::Difference;
pub use function::{FunctionExpectation, function};
pub use metric::{MetricExpectation, metric};
pub use watch::{Expectation, Watch, watch, watch_registry, watch_thread};
