//! Annotate a function, and know how often it runs, how it ends and how long it takes.
//!
//! ```
//! use tachometer::instrumented;
//!
//! #[instrumented]
//! fn checkout(cart: &[u32]) -> Result<u32, &'static str> {
//!     if cart.is_empty() { Err("nothing to buy") } else { Ok(cart.iter().sum()) }
//! }
//!
//! fn main() {
//!     let _print = tachometer::print_on_exit(); // Prometheus text on stdout when `main` ends
//!     let _ = checkout(&[]);
//!     assert_eq!(checkout(&[3, 4]), Ok(7));
//!
//!     let snapshot = tachometer::snapshot();
//!     let checkout = snapshot.function("checkout").unwrap();
//!     assert_eq!((checkout.ok, checkout.errors), (1, 1));
//! }
//! ```
//!
//! # Where to find what
//! - [`instrumented`]: the annotation, its options, what it counts.
//! - [`time!`](macro@time): the same for a piece of code that is no function.
//! - [`snapshot()`], [`FullSnapshot`]: everything at one moment; [`FullSnapshot::since`]: what happened in between.
//! - [`exporter()`]: snapshots to files, stdout and callbacks at an interval, and at the end;
//!   [`MetricsRegistry::start_export_thread`]: to one callback alone; [`print_on_exit`]: the text at the end.
//! - `serve`, `Endpoint` (feature `http`): an endpoint that Prometheus scrapes; `expose`: the answer alone, for programs with
//!   a server.
//! - [`metrics!`]: counters, gauges and histograms of your own, in `static`s; [`MetricsRegistry::counter`] and others: by name,
//!   at run time; [`buckets`]: bounds of histograms.
//! - [`Family`], [`LabelSet`](macro@LabelSet), [`LabelValue`](macro@LabelValue): such metrics with labels; [`DynamicFamily`]: with
//!   names that are known at run time.
//! - [`CallbackGauge`], [`CallbackCounter`], [`Collect`]: what a function of yours says whenever somebody reads
//!   ([`docs::on_demand`]); [`Info`]: what is said in labels.
//! - [`AtomicCounter`], [`AtomicGauge`], [`AtomicMinMax`], [`AtomicHistogram`], [`MetricsCollector`]: shared cells to count
//!   with by hand, alone or [registered](MetricsRegistry).
//! - [`MetricsRegistry::with_namespace`], [`with_labels`](MetricsRegistry::with_labels): for all metrics of a program;
//!   [`list`](MetricsRegistry::list): what is registered.
//! - [`families`]: what an encoder for another format reads. With the feature `json`, `FullSnapshot::to_json`: a snapshot for
//!   other programs, that comes back equal.
//! - [`testing`]: assertions for tests of your program. [`MockClock`]: durations in tests; [`force_os_clock`]: the operating system's clock instead of the processor's counter.
//! - [`docs`]: how recording works, why what is read is exact, and what each atomic operation is for.
//!
//! # The way of a call
//! The modules in the order that a call's numbers go through them: `instrument` (call site, guard, timed future) →
//! `cells` (where a call is counted, by each thread for itself) → `function` (name and cells together) → `registry` →
//! [`FullSnapshot`] → `encode` → `export`.

/// The README's programs, compiled.
#[cfg(all(doctest, feature = "http"))]
#[doc = include_str!("../../README.md")]
mod readme {}

mod atomic;
pub mod buckets;
mod clock;
mod collect;
pub mod docs;
mod encode;
mod error;
mod error_kind;
mod export;
mod family;
mod function;
#[cfg(feature = "http")]
mod http;
mod instrument;
mod labels;
mod link_section;
mod metric;
mod names;
mod recorder;
mod registry;
mod self_metrics;
mod snapshot;
mod sync;
pub mod testing;

mod unbound;
mod util;

#[doc(hidden)]
pub mod __private {
    pub use crate::__link as link;
    pub use crate::family::AnyFamily;
    pub use crate::instrument::*;
    pub use crate::link_section::LinkedMetric;
    pub use crate::metric::{Declare, Declared, Observe};
}

pub use atomic::{
    AtomicCounter, AtomicGauge, AtomicHistogram, AtomicMinMax, ConnectionGuard, GaugeGuard, MetricsCollector,
};
pub use clock::{MockClock, MockGuard, force_os_clock};
pub use collect::{Collect, Collected, FamilyDescription};
pub use encode::Format;
pub use error::Error;
pub use error_kind::ErrorKind;
pub use export::{ExportHandle, Exporter, ExporterBuilder, PrintOnExit, exporter, print_on_exit};
pub use family::{DynamicFamily, Family, Find, Held, Looked, Metric, Series, SeriesGuard, Texts};
#[cfg(all(fuzzing, feature = "http"))]
#[doc(hidden)]
pub use http::fuzzing;
#[cfg(feature = "http")]
pub use http::{Endpoint, Exposition, Server, expose, serve};
pub use labels::{LabelSet, LabelValue, LabelVisitor};
pub use metric::{
    CallbackCounter, CallbackGauge, Counter, FloatCounter, FloatGauge, Gauge, Histogram, HistogramTimer, Info,
};
pub use registry::{MetricDescription, MetricsRegistry, global, install, snapshot};
pub use snapshot::{
    FamilySnapshot, FullSnapshot, FunctionSnapshot, HistogramSnapshot, MetricsSnapshot, SampleValue,
    SeriesSnapshot, families,
};
#[doc = include_str!("error_kind.md")]
pub use tachometer_macros::ErrorKind;
#[doc = include_str!("labels/label_set.md")]
pub use tachometer_macros::LabelSet;
#[doc = include_str!("labels/label_value.md")]
pub use tachometer_macros::LabelValue;
#[doc = include_str!("instrumented.md")]
pub use tachometer_macros::instrumented;
