//! Calls that outlive their function: a [`Call`] in flight that the program ends, and streams and bodies that end one.
//!
//! A function with the option [`ends_with`](macro@crate::instrumented#calls-that-end-with-a-stream-or-a-body) hands its call over to the
//! value that it returns. The [guide](crate::docs::guide::streams) shows how.

#[cfg(feature = "http-body")]
mod body;
mod guard;
mod in_flight;
#[cfg(any(feature = "futures", feature = "http-body"))]
mod instrumented;
#[cfg(feature = "futures")]
mod stream;
mod timer;

pub use crate::recorder::Outcome;
pub use guard::Call;
#[doc(hidden)]
pub use in_flight::Failure;
#[cfg(any(feature = "futures", feature = "http-body"))]
pub use instrumented::{AnyItem, Instrumented};
#[cfg(feature = "futures")]
pub use stream::{ErrItem, Inspect};
#[doc(hidden)]
pub use timer::Timer;
