//! Metrics in shared (unsharded) cells that any thread may write, usable without a registry.
//!
//! All of them are `const`-constructible and `Send + Sync`, allocate nothing and take no lock. Writers are wait-free, except for
//! the compare-and-swap loop of a new extreme ([`AtomicMinMax`]), which is lock-free.
//!
//! Each atomic operation documents its ordering and the reason for it. Most are `Relaxed`: a metric publishes nothing but its
//! own value, and the modification order of a single atomic ensures that no read-modify-write is lost.

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
