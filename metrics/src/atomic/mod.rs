//! Shared cells: one place in memory that any thread may write, usable without a registry.
//!
//! All of them are `const`-constructible, `Send + Sync`, allocate nothing and take no lock. Writers are wait-free but
//! for the compare-and-swap of a new extreme ([`AtomicMinMax`]), which is lock-free.
//!
//! Each atomic operation says which ordering it has and why. Most are `Relaxed`: a metric publishes nothing but its
//! own value, and the modification order of a single atomic already makes every read-modify-write count.

mod collector;
mod counter;
mod gauge;
mod histogram;
mod min_max;
#[cfg(test)]
mod tests;

pub use collector::{ConnectionGuard, MetricsCollector};
pub use counter::AtomicCounter;
pub use gauge::{AtomicGauge, GaugeGuard};
pub use histogram::AtomicHistogram;
pub use min_max::AtomicMinMax;
