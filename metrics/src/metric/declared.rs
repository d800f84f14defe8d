//! Declared metrics, and the macro that declares them.

use super::declaration::Declaration;
use crate::collect::Registered;

/// Declares metrics in `static`s, so that the global registry shows them from the first snapshot on, at zero.
///
/// ```
/// use tachometer::{Counter, Gauge, metrics};
///
/// metrics! {
///     /// Whatever stands before a `static` may stand here.
///     pub static ORDERS: Counter = Counter::new("orders_done_total", "Orders that were done");
///     static WAITING: Gauge = Gauge::new("orders_waiting", "Orders that wait");
/// }
///
/// let text = tachometer::snapshot().to_prometheus_format();
/// assert!(text.contains("# HELP orders_done_total Orders that were done\n"));
/// assert!(text.contains("\norders_done_total 0\n") && text.contains("\norders_waiting 0\n"));
/// ORDERS.increment();
/// ```
///
/// Whatever attributes a `static` may have may stand before each; where the condition of a `#[cfg]` is false, there is nothing.
///
/// A metric in a `static` of its own, without this, is shown from its first use on. (On other systems than Linux, so are
/// these.)
#[macro_export]
macro_rules! metrics {
    ($($(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty = $metric:expr;)*) => {$(
        $(#[$attribute])*
        // Inside, so that what stands before the `static`, such as a `#[cfg]`, holds for the entry as well.
        $visibility static $name: $type = {
            $crate::__link_metric!($name);
            $metric
        };
    )*};
}

/// A metric with a name and a help text that lives as long as the program.
pub trait Declared: Registered {
    /// Returns what it was declared with.
    fn declaration(&self) -> &Declaration;
}

/// What may stand in `metrics!`.
pub trait Declare {
    /// The metric as the global registry sees it.
    fn declared(&'static self) -> &'static dyn Declared;
}

impl<T: Declared> Declare for T {
    fn declared(&'static self) -> &'static dyn Declared {
        self
    }
}
