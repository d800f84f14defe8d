//! Guards: what ends when they are dropped.
//!
//! They are returned by the methods of the types that they guard, and rarely named. Bind each to a name, as in
//! `let _guard = …`: `let _ = …` drops it at once.

pub use crate::atomic::{ConnectionGuard, GaugeGuard};
pub use crate::clock::MockGuard;
pub use crate::export::PrintOnExit;
pub use crate::family::SeriesGuard;
pub use crate::metric::HistogramTimer;
