//! `ends_with = "stream"`: streams whose items are classified by their type.

#[cfg(not(feature = "futures"))]
mod disabled;
#[cfg(feature = "futures")]
mod enabled;

#[cfg(not(feature = "futures"))]
pub use disabled::{AnyItems, WithFutures, items};
#[cfg(feature = "futures")]
pub use enabled::{AnyItems, ErrItems, ItemsOf, items};
