//! Metrics that a program declares itself: counters, gauges, histograms, callback metrics and info metrics.

mod attachment;
mod callback;
pub(crate) mod counter;
mod declaration;
mod declared;
pub(crate) mod gauge;
pub(crate) mod histogram;
pub(crate) mod histogram_options;
pub(crate) mod info;
pub(crate) mod kind;

pub(crate) use attachment::{attached, since};
pub use callback::{CallbackCounter, CallbackGauge};
pub use counter::{Counter, FloatCounter};
pub(crate) use declaration::Declaration;

pub use declared::{Declare, Declared};
pub use gauge::{FloatGauge, Gauge};
pub use histogram::{Histogram, HistogramTimer, Observe};
pub use info::Info;
