//! Metrics that a program declares of its own: counters, gauges and histograms in `static`s, and what it says on demand.

mod callback;
pub(crate) mod collect;
mod counter;
pub(crate) mod family;
mod gauge;
mod histogram;
mod info;
mod kind;

pub use callback::{CallbackCounter, CallbackGauge};
pub use collect::{Collect, Collected, FamilyDescription};
pub use counter::{Counter, FloatCounter};
pub use family::{AnyFamily, DynamicFamily, Family, Find, Held, Looked, Metric, Series, SeriesGuard, Texts};
pub use gauge::{FloatGauge, Gauge};
pub use histogram::{Histogram, HistogramTimer, Observe};
pub use info::Info;

use crate::cells::Reader;
use crate::model::name::is_metric_name;
use crate::snapshot::{MetricKind, SeriesSnapshot};
use crate::sync::unmodelled::OnceLock;
use crate::sync::{List, const_unless_loom};
use kind::Kind;
use std::any::Any;
use std::fmt;
use std::panic::Location;
use std::time::SystemTime;

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

/// How many cells a thread has at once for a metric without labels, which uses the first: with what stands before them, a cache
/// line.
const ALONE: usize = 7;

/// What is said of a metric where it is declared.
#[derive(Debug)]
pub struct Declaration {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    /// Where in the source it stands.
    pub(crate) place: &'static Location<'static>,
    /// Set once a registry reads it.
    attached: OnceLock<()>,
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

/// The metrics of the global registry that were declared in a `static`, whichever that registry is or will be.
#[cfg(not(loom))]
static ATTACHED: List<&'static dyn Declared> = List::new();
#[cfg(loom)]
loom::lazy_static! { static ref ATTACHED: List<&'static dyn Declared> = List::new(); }

/// When the first was attached: none has counted before.
static SINCE: OnceLock<SystemTime> = OnceLock::new();

/// Since when the metrics of the global registry may have counted.
pub(crate) fn since() -> Option<SystemTime> {
    SINCE.get().copied()
}

/// All that the global registry has to show.
pub(crate) fn attached() -> impl Iterator<Item = &'static dyn Declared> {
    ATTACHED.iter().copied()
}

impl Declaration {
    const_unless_loom! {
        /// # Panics
        /// Where Prometheus does not allow the name; in a `static`, a compile error.
        #[track_caller]
        pub(crate) const fn new(name: &'static str, help: &'static str) -> Self {
            Self::check_name(name);
            Self::at(name, help, Location::caller())
        }
    }

    const_unless_loom! {
        /// A metric that stands at `place`. Its name was [checked](Self::check_name).
        const fn at(name: &'static str, help: &'static str, place: &'static Location<'static>) -> Self {
            Declaration { name, help, place, attached: OnceLock::new() }
        }
    }

    /// Of a metric that a registry makes for itself, which reads it from then on: no other attaches it on its first use. The
    /// name is checked by who registers it.
    pub(crate) fn of_registry(
        name: &'static str,
        help: &'static str,
        place: &'static Location<'static>,
    ) -> Self {
        let declaration = Self::at(name, help, place);
        declaration.leave_to_registry();
        declaration
    }

    /// # Panics
    /// Where Prometheus does not allow the name; in a `static`, a compile error.
    #[track_caller]
    const fn check_name(name: &str) {
        assert!(
            is_metric_name(name),
            "a metric's name must be ASCII letters, digits, `_` and `:`, and not begin with a digit"
        );
    }

    /// As [`attach`](Self::attach), for those who do not know whether this is the first time.
    #[inline]
    fn attach_once(&self, metric: &'static dyn Declared) {
        if self.attached.get().is_none() {
            self.attach(metric);
        }
    }

    /// Has no registry read the metric but the one that was told to.
    fn leave_to_registry(&self) {
        self.attached.get_or_init(|| ());
    }

    /// Has the global registry read `metric`, whose declaration this is, if none reads it yet.
    #[cold]
    pub(crate) fn attach(&self, metric: &'static dyn Declared) {
        self.attached.get_or_init(|| {
            SINCE.get_or_init(SystemTime::now);
            ATTACHED.push(metric);
        });
    }
}
