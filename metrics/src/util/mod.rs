//! Helpers that are independent of metrics.

mod catch_panic;
pub(crate) mod periodic;
pub(crate) mod temp_name;

pub(crate) use catch_panic::catch_panic;
