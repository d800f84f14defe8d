//! Metrics that a program declares of its own: counters, gauges and histograms in `static`s.

mod counter;
mod gauge;
mod histogram;

pub use counter::{Counter, FloatCounter};
pub use gauge::{FloatGauge, Gauge};
pub use histogram::{Histogram, HistogramTimer};

use crate::cells::Reader;
use crate::model::name::is_metric_name;
use crate::snapshot::{MetricKind, SampleValue};
use crate::sync::unmodelled::OnceLock;
use crate::sync::{List, const_unless_loom};
use std::fmt;

/// What is said of a metric where it is declared.
#[derive(Debug)]
pub(crate) struct Declaration {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    /// Set once a registry reads it.
    attached: OnceLock<()>,
}

/// A metric as a registry sees it.
pub(crate) trait Declared: fmt::Debug + Sync {
    fn declaration(&self) -> &Declaration;
    fn kind(&self) -> MetricKind;
    fn read(&self, reader: &mut Reader) -> SampleValue;
}

/// The metrics of the global registry that were declared in a `static`, whichever that registry is or will be.
#[cfg(not(loom))]
static ATTACHED: List<&'static dyn Declared> = List::new();
#[cfg(loom)]
loom::lazy_static! { static ref ATTACHED: List<&'static dyn Declared> = List::new(); }

impl Declaration {
    const_unless_loom! {
        /// # Panics
        /// Where Prometheus does not allow the name; in a `static`, a compile error.
        pub(crate) const fn new(name: &'static str, help: &'static str) -> Self {
            assert!(
                is_metric_name(name),
                "a metric's name must be ASCII letters, digits, `_` and `:`, and not begin with a digit"
            );
            Declaration { name, help, attached: OnceLock::new() }
        }
    }

    /// Has the global registry read `metric`, whose declaration this is, if none reads it yet.
    fn attach(&self, metric: &'static dyn Declared) {
        self.attached.get_or_init(|| {
            ATTACHED.push(metric);
        });
    }
}
