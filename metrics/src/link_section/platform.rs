//! Platforms without link-time registration: functions and metrics are known after their first use.

use crate::function::Function;
use crate::metric::Declared;

/// Whether all functions and metrics that are linked in are found before their first use.
pub(crate) const FINDS_ALL: bool = false;

/// The entry of a function, which is not used on this platform.
#[derive(Debug)]
pub struct Linked;

/// The entry of a metric, which is not used on this platform.
#[derive(Debug)]
pub struct LinkedMetric;

/// Does nothing on this platform.
#[doc(hidden)]
#[macro_export]
macro_rules! __link {
    ($site:ident) => {};
}

/// Does nothing on this platform.
#[doc(hidden)]
#[macro_export]
macro_rules! __link_metric {
    ($metric:ident) => {};
}

/// Returns nothing on this platform.
pub(crate) fn functions() -> impl Iterator<Item = &'static Function> {
    std::iter::empty()
}

/// Returns nothing on this platform.
pub(crate) fn metrics() -> impl Iterator<Item = &'static dyn Declared> {
    std::iter::empty()
}
