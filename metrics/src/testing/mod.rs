//! Assertions about functions and metrics, for the tests of programs, with readable differences.
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
//! A [`Watch`] keeps a snapshot, and subtracts it from the one that it takes at each assertion. So it ignores what was counted
//! before and resets nothing, and any number of watches may exist at once. It watches this thread in the
//! [`global`](crate::global) registry ([`watch_thread`]), all threads in that registry ([`watch`]), or a registry of your own
//! ([`watch_registry`]).
//!
//! # What is not mentioned must not happen
//! If one error is expected of a function, and it also had a call that was `ok`, the assertion fails:
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
//! It panics at the line of the assertion, with this message:
//!
//! ```text
//! function "frank" (module "post") is not as expected, since the watch at tests/post.rs:9
//!           expected  counted
//!   ok             0        1  <--
//!   errors         1        1
//! ```
//!
//! This applies to the subject of the expectation: the outcomes of that function, or the value of that metric. Everything else in
//! the registry may change, unless [`Watch::assert_only`] is used.
//!
//! # Tests that run in parallel
//! The tests of one program share the global registry. A [`watch`] sees what all threads do, including other tests that call the
//! same function. [`watch_thread`] sees only its own thread, and each test has a thread of its own: start with it. If a test
//! starts threads whose calls it expects, use [`watch`], and something that separates the tests of the same function: a label
//! that only one test has (`function("checkout").with("tenant", "test-7")`), a registry per test, or a lock that all of them
//! hold. Declared metrics and functions without the option `registry` are in the global registry.
//!
//! The counts of a thread are visible after it is joined, or after any other synchronization with it.
//!
//! # Time
//! With a [`MockClock`](crate::MockClock), durations are exact and can be [expected](FunctionExpectation::total_time).

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
