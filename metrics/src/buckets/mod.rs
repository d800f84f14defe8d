//! Sequences of histogram bounds, computed at compile time.
//!
//! Each is a `const fn` that returns an array, for use in a constant:
//!
//! ```
//! use tachometer::{Histogram, buckets, metrics};
//!
//! metrics! {
//!     static TIMES: Histogram = Histogram::of_time(
//!         "query_seconds",
//!         "Time of queries",
//!         &const { buckets::seconds([0.001, 0.01, 0.1, 1.0]) },
//!     );
//!     static SIZES: Histogram =
//!         Histogram::new("result_bytes", "Size of results", &const { buckets::exponential::<10>(256, 0) });
//! }
//! # assert_eq!((TIMES.snapshot().boundaries[0], SIZES.snapshot().boundaries[2]), (1_000_000, 1_024));
//! ```

pub(crate) mod bounds;
pub(crate) mod native;
mod sequences;
pub(crate) mod table;

pub use sequences::{exponential, linear, seconds};
