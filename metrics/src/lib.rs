//! Lock-free metrics: annotate a function to count and time its calls, declare counters, gauges and histograms of your own, and
//! read everything at any time or export it to Prometheus.
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
//! # Where to start
//! The [user's guide](docs::guide) has a page per task:
//!
//! - [annotating functions](docs::guide::annotating): [`instrumented`], [`time!`](macro@time); [outcomes](docs::guide::outcomes) of calls;
//! - [streams and bodies](docs::guide::streams): [`Call`], and calls that end with a stream or an HTTP body;
//! - [metrics of your own](docs::guide::metrics): [`metrics!`], [`Counter`], [`Gauge`], [`Histogram`], [`CallbackGauge`], [`Info`],
//!   [`collect::Collect`],
//!   [`MetricsRegistry`], the shared cells [`AtomicCounter`], [`AtomicGauge`], [`AtomicMinMax`], [`AtomicHistogram`], [`MetricsCollector`];
//! - [labels](docs::guide::labels): [`Family`], [`DynamicFamily`], [`LabelSet`](macro@LabelSet), [`LabelValue`](macro@LabelValue);
//! - [reading and exporting](docs::guide::exporting): [`snapshot()`], [`FullSnapshot`], [`exporter()`], [`report_on_exit`], [`print_on_exit`]; `serve`,
//!   `Endpoint` and `expose` with the feature `http`; [`families`] for an encoder of your own;
//! - [exemplars](docs::guide::exporting#exemplars-from-a-metric-to-its-trace): [`set_trace_source`], [`TraceContext`], [`Exemplars`];
//! - [objectives](docs::guide::objectives): [`slo_rules`], [`slo`], [`Histogram::slo`];
//! - [testing](docs::guide::testing): [`mod@testing`], [`MockClock`];
//! - [instrumenting a library](docs::guide::libraries);
//! - [limits](docs::guide::limits).
//!
//! # Features
//! | feature | adds |
//! | --- | --- |
//! | `enabled` (default) | annotations and [`time!`](macro@time) count; without it they leave the code unchanged |
//! | `emf` | `ExporterBuilder::to_emf`: CloudWatch's embedded metric format |
//! | `futures` | [`Call::stream`], [`Call::try_stream`], `#[instrumented(ends_with = "stream")]`: calls that end with a stream |
//! | `http` | `expose`; `serve`, `Endpoint` (not on WebAssembly) |
//! | `http-body` | [`Call::body`]: calls that end with an HTTP body |
//! | `json` | `FullSnapshot::to_json`, `from_json`; serde's `Serialize` and `Deserialize` of snapshots |
//! | `log` | what exporters report goes to the program's logger |
//! | `otlp` | `ExporterBuilder::to_otlp` (not on WebAssembly); `otlp::Encoder`: snapshots as requests of the OpenTelemetry protocol |
//! | `process` | `MetricsRegistry::register_process_metrics` |
//! | `push` | `ExporterBuilder::to_pushgateway` (not on WebAssembly) |
//! | `signals` | `ExporterBuilder::on_signals`: a last export on SIGTERM and Ctrl-C, on Unix |
//! | `statsd` | `ExporterBuilder::to_statsd`: StatsD and DogStatsD, over UDP and Unix sockets (not on WebAssembly) |
//! | `terminal` | [`report_on_exit`] is as wide as the terminal, on Unix and Windows |
//! | `tls` | `https://` for `to_otlp` and `to_pushgateway` |
//!
//! # How it works
//! [`docs::recording`] describes how a call is recorded and why a snapshot is exact, [`docs::memory_ordering`] the reason for
//! each atomic operation, [`docs::on_demand`] how callbacks run. The modules in the order in which a call passes
//! through them: `instrument` (call site, guard, timed future) → `function` (description and cells) → `recorder` (blocks and shards) →
//! `registry` → [`FullSnapshot`] → `encode` → `export`, `http`.

// Allowed by name in the files that DESIGN.md lists.
#![deny(unsafe_code)]
// On docs.rs only: items that need a feature are marked with it.
#![cfg_attr(docsrs, feature(doc_cfg))]

/// The programs of the README, compiled as tests.
#[cfg(all(doctest, feature = "http"))]
#[doc = include_str!("../../README.md")]
mod readme {}

/// The program of the package's README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod package_readme {}

mod atomic;
pub mod buckets;
pub mod call;
mod clock;
pub mod collect;
pub mod docs;
mod dropped_at_once;
mod dynamic_function;
mod encode;
pub mod error;
mod error_kind;
pub mod export;
pub mod family;
mod function;
pub mod guard;
#[cfg(feature = "http")]
pub mod http;
mod instrument;
mod labels;
mod link_section;
mod metric;
mod names;
mod objective;
mod platform;
mod recorder;
mod registry;
mod self_metrics;
pub mod slo;
mod snapshot;
mod sync;
pub mod testing;
mod trace_context;
mod trace_source;
mod util;
#[cfg(not(all(
    feature = "futures",
    feature = "http-body",
    feature = "json",
    feature = "process",
    feature = "signals",
    unix
)))]
mod without_features;

#[doc(hidden)]
pub mod __private {
    pub use crate::__link as link;
    pub use crate::family::AnyFamily;
    pub use crate::instrument::*;
    pub use crate::link_section::LinkedMetric;
    pub use crate::metric::{Declare, Declared, Observe};
}

pub use atomic::{AtomicCounter, AtomicGauge, AtomicHistogram, AtomicMinMax, MetricsCollector};
pub use call::Call;
pub use clock::{MockClock, force_os_clock, set_clock};
pub use dynamic_function::{CallStart, DynamicFunction, FunctionBuilder, LabelledFunction};
pub use encode::Format;
#[cfg(feature = "otlp")]
pub use encode::otlp;
pub use encode::report;
#[doc(inline)]
pub use error::Error;
pub use error_kind::ErrorKind;
pub use export::{ExportHandle, exporter, print_on_exit, report_on_exit};
pub use family::{DynamicFamily, Family};
#[cfg(feature = "http")]
pub use http::expose;
#[cfg(all(fuzzing, feature = "http"))]
#[doc(hidden)]
pub use http::fuzzing;
#[cfg(all(feature = "http", not(target_family = "wasm")))]
pub use http::{Endpoint, serve};
pub use labels::{LabelSet, LabelValue};
pub use metric::{CallbackCounter, CallbackGauge, Counter, FloatCounter, FloatGauge, Gauge, Histogram, Info};
pub use registry::{MetricsRegistry, global, install, slo_rules, snapshot};
pub use snapshot::{
    Exemplar, Exemplars, FullSnapshot, FunctionSnapshot, HistogramSnapshot, MetricsSnapshot, NativeBuckets,
    families,
};
#[doc = include_str!("error_kind.md")]
pub use tachometer_macros::ErrorKind;
#[doc = include_str!("labels/label_set.md")]
pub use tachometer_macros::LabelSet;
#[doc = include_str!("labels/label_value.md")]
pub use tachometer_macros::LabelValue;
#[doc = include_str!("instrumented.md")]
pub use tachometer_macros::instrumented;
pub use trace_context::TraceContext;
pub use trace_source::set_trace_source;

/// Former places of names that have moved to a module, until the next breaking release.
#[doc(hidden)]
mod former_places {
    pub use crate::atomic::{ConnectionGuard, GaugeGuard};
    pub use crate::clock::MockGuard;
    pub use crate::collect::{Collect, Collected, FamilyDescription, MetricDescription};
    pub use crate::export::{Exporter, ExporterBuilder, PrintOnExit};
    pub use crate::family::{Find, Held, Looked, Metric, Series, SeriesGuard, Texts};
    #[cfg(feature = "http")]
    pub use crate::http::Exposition;
    #[cfg(all(feature = "http", not(target_family = "wasm")))]
    pub use crate::http::Server;
    pub use crate::labels::LabelVisitor;
    pub use crate::metric::HistogramTimer;
    pub use crate::snapshot::{FamilySnapshot, SampleValue, SeriesSnapshot};
}
#[doc(hidden)]
pub use former_places::*;
