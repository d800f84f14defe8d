//! Sealed traits: the metrics that a family may have, and the families that a registry accepts.

use crate::collect::Registered;
use crate::metric::kind::Kind;
use crate::metric::{Counter, Declared, FloatCounter, FloatGauge, Gauge, Histogram};

/// The metrics that a [`Family`](crate::Family) can have: [`Counter`], [`FloatCounter`], [`Gauge`], [`FloatGauge`],
/// [`Histogram`]. Sealed: it cannot be implemented outside of this crate.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the metric of a family",
    label = "the metric of a family is `Counter`, `FloatCounter`, `Gauge`, `FloatGauge` or `Histogram`"
)]
pub trait Metric: Kind {}

impl Metric for Counter {}
impl Metric for FloatCounter {}
impl Metric for Gauge {}
impl Metric for FloatGauge {}
impl Metric for Histogram {}

/// The metrics that are created without bounds: all but [`Histogram`]. Sealed.
#[diagnostic::on_unimplemented(
    message = "a family of `{Self}` needs bounds",
    label = "use `histogram` or `histogram_of_time` instead of `new`"
)]
pub trait WithoutBounds: Metric + Kind<Options = ()> {}

impl WithoutBounds for Counter {}
impl WithoutBounds for FloatCounter {}
impl WithoutBounds for Gauge {}
impl WithoutBounds for FloatGauge {}

/// A [`Family`](crate::Family) or a [`DynamicFamily`](crate::DynamicFamily). Sealed: it cannot be implemented outside of this
/// crate.
pub trait AnyFamily: Sized {
    /// Returns its name.
    #[doc(hidden)]
    fn name(&self) -> &'static str;

    /// Returns the type-erased family for a registry other than the global one to read.
    #[doc(hidden)]
    fn core_to_register(&self) -> &'static dyn Declared;

    /// Returns a handle of a family that is registered already, if it equals this one except for its help text, cardinality limit,
    /// idle time and omission of empty labels.
    #[doc(hidden)]
    fn handle_of_existing(&self, existing: &'static dyn Registered) -> Option<Self>;
}
