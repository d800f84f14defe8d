//! The trace of the span that is closed or current, from `tracing-opentelemetry`.

use opentelemetry::trace::TraceContextExt;
use std::cell::Cell;
use tachometer::TraceContext;
use tracing_core::dispatcher;
use tracing_core::span::Id;
use tracing_opentelemetry::get_otel_context;

thread_local! {
    /// The span that this thread is closing, which is no longer the current one. It has no destructor.
    static CLOSING: Cell<u64> = const { Cell::new(0) };
}

/// Returns the trace of the span that is being closed on this thread, else of the current span; `None` if
/// `tracing-opentelemetry` does not record it.
///
/// ```
/// use opentelemetry::trace::TracerProvider;
/// use opentelemetry_sdk::trace::SdkTracerProvider;
/// use tracing_subscriber::layer::SubscriberExt;
/// use tracing_subscriber::util::SubscriberInitExt;
///
/// let provider = SdkTracerProvider::builder().build(); // a program gives it an exporter
/// tracing_subscriber::registry()
///     .with(tachometer_tracing::layer())
///     .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("shop")))
///     .init();
/// tachometer::set_trace_source(tachometer_tracing::current_trace);
///
/// tracing::info_span!("charge").in_scope(|| tracing::error!("the card was refused"));
/// let snapshot = tachometer::snapshot();
/// assert!(snapshot.function("charge").unwrap().exemplars().last_error().is_some());
/// ```
pub fn current_trace() -> Option<TraceContext> {
    dispatcher::get_default(|dispatch| {
        let closing = CLOSING.get();
        let current = || dispatch.current_span().id().cloned();
        let id = if closing == 0 { current()? } else { Id::from_u64(closing) };
        let context = get_otel_context(&id, dispatch)?;
        let span = context.span();
        let span = span.span_context();
        (span.is_valid() && span.is_sampled()).then(|| TraceContext {
            trace_id: span.trace_id().to_bytes(),
            span_id: span.span_id().to_bytes(),
        })
    })
}

/// Makes `id` the span that this thread is closing, until the guard is dropped.
pub(crate) fn closing(id: &Id) -> Closing {
    Closing { outer: CLOSING.replace(id.into_u64()) }
}

pub(crate) struct Closing {
    /// Closing a span may close its parent.
    outer: u64,
}

impl Drop for Closing {
    fn drop(&mut self) {
        CLOSING.set(self.outer);
    }
}
