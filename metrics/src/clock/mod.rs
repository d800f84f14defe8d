//! The clock of the recording path: moments, and the time between two of them.
//!
//! A moment is a number of ticks that has no meaning by itself; callers ask for the nanoseconds since. Ticks come from one of
//! three sources. The choice is made at the first call, or by the program before it, and never changes during the life of a
//! process:
//!
//! - the program's clock, after [`set_clock`] (`program`);
//! - the processor's counter, if the system keeps time by it (`raw`);
//! - otherwise, and after [`force_os_clock`], the operating system's monotonic clock (`os`).
//!
//! While a [`MockClock`] is entered, the threads that entered it see its time instead. On `wasm32-unknown-unknown` only the program
//! can have a clock. Without one, moments are unknown, and calls are not timed.
//!
//! Ticks are converted to nanoseconds when a call ends, by a multiplication with the rate known then. So a later correction of
//! the rate changes no recorded number, totals never decrease, and no other module needs to know ticks.
//!
//! [`recheck`] compares a measured rate with the operating system's clock at each snapshot (`calibration`). A difference is never
//! negative: if the counter goes back, on an untrustworthy machine, the time is zero.
//!
//! All other times of the library come from `system`, which takes care of targets without clocks.

mod calibration;
mod coarse;
mod entered;
mod mock;
mod os;
mod program;
mod rate;
mod raw;
mod resolution;
mod source;
mod system;
mod ticks;

pub(crate) use coarse::{ClockId, coarse};
pub use mock::{MockClock, MockGuard};
pub(crate) use source::{ClockInfo, info, recheck};
pub use source::{force_os_clock, set_clock};
#[cfg(feature = "http")]
pub(crate) use system::has_time;
pub(crate) use system::{Instant, time_of_day};
pub(crate) use ticks::{Ticks, now};
