//! Self-metrics: metrics about the library's own work, as families with the prefix `tachometer_`.
//!
//! They are ordinary families in a snapshot, so formats, differences and JSON do not depend on them. To add one: count it in
//! a file here, and add its family to [`SelfMetrics::read`] or to [`Findings`].

mod callbacks;
mod exports;
mod families;
mod findings;
#[cfg(feature = "http")]
mod scrapes;
mod totals;

pub(crate) use callbacks::{CallbackFailures, FailuresBySource};
pub(crate) use findings::Findings;
#[cfg(feature = "http")]
pub(crate) use scrapes::{ScrapeFormat, ScrapeResult, Scrapes};
pub(crate) use totals::SelfMetrics;
