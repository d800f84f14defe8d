//! Guards: values that act when they are dropped.
//!
//! The methods of the types they belong to return them, so that they are rarely named. Bind each guard to a name, as in
//! `let _guard = …`: `let _ = …` drops it immediately.

pub use crate::atomic::{ConnectionGuard, GaugeGuard};
pub use crate::call::Call;
pub use crate::clock::MockGuard;
pub use crate::export::{PrintOnExit, ReportOnExit};
pub use crate::family::SeriesGuard;
pub use crate::metric::HistogramTimer;
