//! The exemplars of spans have the trace of `tracing-opentelemetry`. In a process of its own: the source of traces is the process'.
#![cfg(feature = "opentelemetry")]

use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

#[tachometer::instrumented(span)]
fn annotated() -> Result<(), ()> {
    Err(())
}

#[test]
fn a_span_is_its_own_exemplar_when_it_is_closed_inside_another() {
    let provider = SdkTracerProvider::builder().build();
    let subscriber = tracing_subscriber::registry()
        .with(tachometer_tracing::layer())
        .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("test")));
    tachometer::set_trace_source(tachometer_tracing::current_trace);
    let spans = tracing::subscriber::with_default(subscriber, || {
        let outer = tracing::info_span!("outer");
        let id = |span: &tracing::Span| span.context().span().span_context().span_id().to_bytes();
        let inner = outer.in_scope(|| {
            let inner = tracing::info_span!("inner");
            inner.in_scope(|| tracing::error!("refused"));
            id(&inner)
        });
        assert!(annotated().is_err());
        [("inner", inner), ("outer", id(&outer))]
    });
    let snapshot = tachometer::snapshot();
    for (name, span) in spans {
        let slowest = snapshot.function(name).unwrap().exemplars().slowest().unwrap();
        assert_eq!(slowest.trace().span_id, span, "{name}");
    }
    let annotated = snapshot.function("annotated").unwrap().exemplars().last_error().unwrap();
    let ids: Vec<_> = spans.iter().map(|(_, span)| *span).collect();
    assert!(annotated.trace().span_id != [0; 8] && !ids.contains(&annotated.trace().span_id), "its own span");
    let error = snapshot.function("inner").unwrap().exemplars().last_error().unwrap();
    assert_eq!(error.trace().span_id, spans[0].1);
}
