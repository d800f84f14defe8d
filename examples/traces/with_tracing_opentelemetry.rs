//! Exemplars with `tracing` and `tracing-opentelemetry`: the current span of `tracing` is the span of a call.
//!
//!     cargo run --manifest-path examples/traces/Cargo.toml --example with_tracing_opentelemetry

use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tachometer::{TraceContext, instrumented};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Returns the current span, if it is recorded.
fn current_trace() -> Option<TraceContext> {
    let context = tracing::Span::current().context();
    let span = context.span();
    let span = span.span_context();
    (span.is_valid() && span.is_sampled())
        .then(|| TraceContext { trace_id: span.trace_id().to_bytes(), span_id: span.span_id().to_bytes() })
}

// `instrumented` stands below: the call ends while its span is entered.
#[tracing::instrument]
#[instrumented]
fn charge(cents: u32) -> Result<u32, &'static str> {
    if cents == 0 { Err("nothing to charge") } else { Ok(cents) }
}

fn main() {
    // A program gives the provider an exporter.
    let provider = SdkTracerProvider::builder().build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("shop"));
    tracing_subscriber::registry().with(layer).init();
    tachometer::set_trace_source(current_trace);

    let request = tracing::info_span!("request");
    let trace_id = request.context().span().span_context().trace_id();
    let _ = request.in_scope(|| charge(0));
    let snapshot = tachometer::snapshot();
    let error = snapshot.function("charge").and_then(|charge| charge.exemplars().last_error());
    let trace = error.expect("the error has a trace").trace();
    assert_eq!(trace.trace_id, trace_id.to_bytes());
    println!("the last error of `charge`: {trace}");
}
