//! A metric as a registry sees it, and the macro that declares metrics.

use super::declaration::Declaration;
use crate::recorder::Reader;
use crate::snapshot::{MetricKind, SeriesSnapshot};
use std::any::Any;
use std::fmt;

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

/// A metric as a registry sees it.
pub trait Declared: fmt::Debug + Sync {
    /// What is said of it.
    fn declaration(&self) -> &Declaration;
    /// What kind it is.
    fn kind(&self) -> MetricKind;
    /// What each of its series shows now.
    fn read(&self, reader: &mut Reader) -> Vec<SeriesSnapshot>;
    /// Of what is asked for on demand: the function that says it, in the place of [`read`](Self::read).
    fn callback(&self) -> Option<fn() -> f64> {
        None
    }
    /// What the labels of its series are called.
    fn label_names(&self) -> &[&'static str] {
        &[]
    }
    /// How many updates went to the overflow series, where there may be one.
    fn overflowed(&self) -> Option<u64> {
        None
    }
    /// Itself, for who knows what it may be.
    fn as_any(&'static self) -> &'static dyn Any;
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
