//! Declared metrics, and the macro that declares them.

use super::declaration::Declaration;
use crate::collect::Registered;

/// Declares metrics in `static`s that the global registry exports from the first snapshot on, at zero.
///
/// ```
/// use tachometer::{Counter, Gauge, metrics};
///
/// metrics! {
///     /// Doc comments and other attributes are allowed.
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
/// Each `static` may have any attributes. If the condition of a `#[cfg]` is false, nothing is declared.
///
/// A metric in a plain `static`, outside of this macro, is exported after its first update. On WebAssembly, so are
/// those in the macro.
#[macro_export]
macro_rules! metrics {
    ($($(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty = $metric:expr;)*) => {$(
        $(#[$attribute])*
        // Inside the initializer, so that attributes of the `static`, such as a `#[cfg]`, apply to the linked entry too.
        $visibility static $name: $type = {
            $crate::__link_metric!($name);
            $metric
        };
    )*};
}

/// A metric with a name and a help text that is never freed.
pub trait Declared: Registered {
    /// Returns its declaration.
    fn declaration(&self) -> &Declaration;
}

/// A type that [`metrics!`](crate::metrics!) accepts.
pub trait Declare {
    /// Returns the type-erased metric that the global registry reads.
    fn declared(&'static self) -> &'static dyn Declared;
}

impl<T: Declared> Declare for T {
    fn declared(&'static self) -> &'static dyn Declared {
        self
    }
}
