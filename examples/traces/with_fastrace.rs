//! Exemplars with `fastrace`: the local parent of the thread is the span of a call.
//!
//!     cargo run --manifest-path examples/traces/Cargo.toml --example with_fastrace

use fastrace::prelude::*;
use tachometer::{TraceContext, instrumented};

/// Returns the span that is the local parent on this thread.
fn current_trace() -> Option<TraceContext> {
    let span = SpanContext::current_local_parent().filter(|span| span.sampled)?;
    Some(TraceContext { trace_id: span.trace_id.0.to_be_bytes(), span_id: span.span_id.0.to_be_bytes() })
}

#[instrumented]
fn charge(cents: u32) -> Result<u32, &'static str> {
    if cents == 0 { Err("nothing to charge") } else { Ok(cents) }
}

fn main() {
    fastrace::set_reporter(fastrace::collector::ConsoleReporter, fastrace::collector::Config::default());
    tachometer::set_trace_source(current_trace);

    let root = SpanContext::random();
    {
        let span = Span::root("request", root);
        let _parent = span.set_local_parent();
        let _ = charge(0);
    }
    let snapshot = tachometer::snapshot();
    let error = snapshot.function("charge").and_then(|charge| charge.exemplars().last_error());
    let trace = error.expect("the error has a trace").trace();
    assert_eq!(trace.trace_id, root.trace_id.0.to_be_bytes());
    println!("the last error of `charge`: {trace}");
    fastrace::flush();
}
