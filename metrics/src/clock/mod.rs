//! The clock of the recording path: moments, and the time between two of them.
//!
//! A moment is a number of ticks that has no meaning by itself; callers ask for the nanoseconds since. Ticks come from one of
//! two sources. The choice is made at the first call and never changes during the life of a process:
//!
//! - the processor's counter, if the kernel keeps time by it (`raw`);
//! - otherwise, and after [`force_os_clock`], the operating system's monotonic clock (`os`).
//!
//! While a [`MockClock`] is entered, the threads that entered it see its time instead.
//!
//! Ticks are converted to nanoseconds when a call ends, by a multiplication with the rate known then. So a later correction of
//! the rate changes no recorded number, totals never decrease, and no other module needs to know ticks.
//!
//! [`recheck`] compares the rate with the operating system's clock at each snapshot. A difference is never negative: if the
//! counter goes back, on an untrustworthy machine, the time is zero.

mod coarse;
mod entered;
mod mock;
mod os;
mod rate;
mod raw;
mod source;
mod ticks;

pub(crate) use coarse::{ClockId, coarse};
pub use mock::{MockClock, MockGuard};
pub use source::force_os_clock;
pub(crate) use source::{recheck, source_name};
pub(crate) use ticks::{Ticks, now};
