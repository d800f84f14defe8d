//! Exemplars with `opentelemetry` alone: the active span of the current context is the span of a call.
//!
//!     cargo run --manifest-path examples/traces/Cargo.toml --example with_opentelemetry

use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, Tracer, TracerProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tachometer::{TraceContext, instrumented};

/// Returns the active span of the current context, if it is recorded.
fn current_trace() -> Option<TraceContext> {
    Context::map_current(|context| {
        let span = context.span();
        let span = span.span_context();
        (span.is_valid() && span.is_sampled()).then(|| TraceContext {
            trace_id: span.trace_id().to_bytes(),
            span_id: span.span_id().to_bytes(),
        })
    })
}

#[instrumented]
fn charge(cents: u32) -> Result<u32, &'static str> {
    if cents == 0 { Err("nothing to charge") } else { Ok(cents) }
}

fn main() {
    tachometer::set_trace_source(current_trace);

    // A program gives the provider an exporter.
    let provider = SdkTracerProvider::builder().build();
    let tracer = provider.tracer("shop");
    let trace_id = tracer.in_span("request", |context| {
        let _ = charge(0);
        context.span().span_context().trace_id()
    });
    let snapshot = tachometer::snapshot();
    let error = snapshot.function("charge").and_then(|charge| charge.exemplars().last_error());
    let trace = error.expect("the error has a trace").trace();
    assert_eq!(trace.trace_id, trace_id.to_bytes());
    println!("the last error of `charge`: {trace}");
}
