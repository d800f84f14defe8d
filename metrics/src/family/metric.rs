//! What there may be a family of, and what a registry needs of a family.

use crate::collect::Registered;
use crate::metric::kind::Kind;
use crate::metric::{Counter, Declared, FloatCounter, FloatGauge, Gauge, Histogram};

/// The metrics that a [`Family`](crate::Family) can have: [`Counter`], [`FloatCounter`], [`Gauge`], [`FloatGauge`], [`Histogram`].
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

/// A [`Family`](crate::Family) or a [`DynamicFamily`](crate::DynamicFamily).
pub trait AnyFamily: Sized {
    /// What it is called.
    #[doc(hidden)]
    fn name(&self) -> &'static str;

    /// What a registry is to read.
    #[doc(hidden)]
    fn to_register(&self) -> &'static dyn Declared;

    /// The handle of a metric that a registry reads already, if it is the same but for its help text and its bounds on series.
    #[doc(hidden)]
    fn of_standing(&self, standing: &'static dyn Registered) -> Option<Self>;
}
