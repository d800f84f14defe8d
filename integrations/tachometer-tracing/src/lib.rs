//! Counts and times each span of [`tracing`](https://docs.rs/tracing) as a function of [`tachometer`].
//!
//! ```
//! use tracing_subscriber::layer::SubscriberExt;
//! use tracing_subscriber::util::SubscriberInitExt;
//!
//! #[tracing::instrument(err)]
//! fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
//!     text.parse()
//! }
//!
//! fn main() {
//!     tracing_subscriber::registry().with(tachometer_tracing::layer()).init();
//!     let _ = (parse("12"), parse("dozen"));
//!
//!     let snapshot = tachometer::snapshot();
//!     let parse = snapshot.function("parse").unwrap();
//!     assert_eq!((parse.ok, parse.errors), (1, 1));
//! }
//! ```
//!
//! A span is a call of the function `{function = name, module = target}`, from its creation until it is closed. Its families are those of
//! annotated functions: `function_calls_total`, `function_calls_in_flight`, `function_duration_seconds` and the others. Every endpoint,
//! page and sink of `tachometer` has them.
//!
//! # Which spans
//! Those that a filter lets through, as for every layer: `layer().with_filter(LevelFilter::INFO)`, or an `EnvFilter`. Without a
//! filter, spans of all levels are enabled, also for the program's other layers.
//!
//! # How a span ends
//! | outcome | if |
//! | --- | --- |
//! | `panic` | a panic began in it and left it |
//! | `error` | an event of level `ERROR` happened in it, not in a span inside; or its field `error` or `err` was recorded, or `otel.status_code` as `ERROR` |
//! | `ok` | otherwise |
//!
//! A field that is recorded as `false` is no error. A span cannot tell whether the future in it was completed or dropped, so no span is
//! `cancelled`; `#[tachometer::instrumented]` can.
//!
//! # How long a span takes
//! From its creation until its last handle is dropped. [`SpanLayer::busy_time`] measures the time in which it is entered, as for the
//! polls of a future.
//!
//! # Labels
//! [`SpanLayer::label`] makes a field a label, in all spans that declare it. The values are those at the creation of the span; the number
//! of series is bounded, see [`SpanLayer::max_label_sets`].
//!
//! # With annotated functions
//! A span does not count while an annotated function of the same module has its name, or has it after a type, as in
//! `#[tracing::instrument] #[instrumented] fn add(&self)` of a type `Cart`: the annotation counts `Cart::add`, and tells more.
//! `#[instrumented(span)]` is both in one annotation.
//!
//! # Exemplars
//! With the feature `opentelemetry`, `tachometer::set_trace_source(tachometer_tracing::current_trace)` gives errors, slow spans and slow
//! calls the trace that `tracing-opentelemetry` has for them. This layer must be added before that of `tracing-opentelemetry`, which
//! forgets a span as soon as it is closed.
//!
//! # Costs
//! A span allocates nothing here and takes no lock, as long as no more than about two thousand spans are open at once. The layer
//! finds its function by the identity of the callsite. The state of further spans is in maps with locks.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "opentelemetry")]
mod current_trace;
mod fields;
mod layer;
mod sites;
mod spans;

#[cfg(feature = "opentelemetry")]
#[cfg_attr(docsrs, doc(cfg(feature = "opentelemetry")))]
pub use current_trace::current_trace;
pub use layer::{SpanLayer, layer};

/// The program of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
