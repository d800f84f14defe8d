//! The layer, and its options.

use crate::fields::{self, ErrorVisitor};
use crate::sites::{SiteKey, Sites, SpanFunction, SpanSite};
use crate::spans::{Flag, SpanCall, Spans};
use std::thread;
use tachometer::MetricsRegistry;
use tachometer::call::Outcome;
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Event, Interest, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

/// Returns a layer that counts spans in the global registry; see the [crate](crate).
#[must_use]
pub fn layer() -> SpanLayer {
    SpanLayer {
        sites: Sites::new(),
        spans: Spans::new(),
        registry: None,
        labels: Vec::new(),
        bounds: None,
        max_label_sets: None,
        is_busy: false,
    }
}

/// A layer that counts and times spans as functions; see the [crate](crate). [`layer`] creates one.
#[derive(Debug)]
pub struct SpanLayer {
    sites: Sites,
    spans: Spans,
    /// `None` for the global one, which may be installed until the first span.
    registry: Option<&'static MetricsRegistry>,
    /// The fields that are labels, with the names of these.
    labels: Vec<(&'static str, String)>,
    bounds: Option<Vec<u64>>,
    max_label_sets: Option<usize>,
    is_busy: bool,
}

impl SpanLayer {
    /// Counts the spans in this registry instead of the global one.
    #[must_use]
    pub fn registry(mut self, registry: &'static MetricsRegistry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// Measures the time in which a span is entered, as the polls of a future enter it, instead of all the time until it is closed.
    #[must_use]
    pub fn busy_time(mut self) -> Self {
        self.is_busy = true;
        self
    }

    /// Makes the field called `field` a label of all spans that declare it. Its value is that at the creation of the span; one that is
    /// recorded later is empty.
    ///
    /// The label is called like the field, with `_` for what Prometheus does not allow in a name (`http.route` → `http_route`), and
    /// with a further `_` at its end if the families of functions have a label of this name.
    ///
    /// # Panics
    /// If another field has the same label.
    #[must_use]
    #[track_caller]
    pub fn label(mut self, field: &'static str) -> Self {
        let label = label_of(field);
        if let Some((other, _)) = self.labels.iter().find(|(_, other)| *other == label) {
            panic!(
                "the fields {other:?} and {field:?} would both be the label {label:?}: leave one of them out"
            );
        }
        self.labels.push((field, label));
        self
    }

    /// Sets the most sets of label values for each callsite, by default 1 000; spans with others count in a series whose labels are
    /// `__overflow__`.
    ///
    /// # Panics
    /// If `max` is zero.
    #[must_use]
    #[track_caller]
    pub fn max_label_sets(mut self, max: usize) -> Self {
        assert!(max > 0, "the number of label sets must be at least 1");
        self.max_label_sets = Some(max);
        self
    }

    /// Sets the upper bounds of the latency buckets, in nanoseconds, as [`tachometer::buckets::seconds`] returns them.
    ///
    /// # Panics
    /// If the bounds do not strictly increase.
    #[must_use]
    #[track_caller]
    pub fn buckets(mut self, bounds: impl Into<Vec<u64>>) -> Self {
        let bounds = bounds.into();
        for (bound, next) in bounds.iter().zip(bounds.iter().skip(1)) {
            assert!(bound < next, "histogram bounds must strictly increase: {bound} is followed by {next}");
        }
        self.bounds = Some(bounds);
        self
    }

    /// Returns what is known of the callsite. Registers its function if it is new.
    #[inline]
    fn site(&self, metadata: &'static Metadata<'static>) -> (SiteKey, SpanSite) {
        let key = SiteKey::of(metadata);
        (key, self.sites.get_or_add(key, || self.describe(metadata)))
    }

    #[cold]
    fn describe(&self, metadata: &'static Metadata<'static>) -> SpanSite {
        let name = if metadata.name().is_empty() { "(unnamed)" } else { metadata.name() };
        let registry = self.registry.unwrap_or_else(tachometer::global);
        let mut function = registry.function(name).module(metadata.target()).unless_annotated();
        if let (Some(file), Some(line)) = (metadata.file(), metadata.line()) {
            function = function.place(file, line);
        }
        if let Some(bounds) = &self.bounds {
            function = function.buckets(bounds.as_slice());
        }
        if let Some(max) = self.max_label_sets {
            function = function.max_label_sets(max);
        }
        let declared = metadata.fields();
        let labels = self.labels.iter().filter(|(field, _)| declared.field(*field).is_some());
        let (fields, labels): (Vec<_>, Vec<_>) =
            labels.map(|(field, label)| (*field, label.as_str())).unzip();
        let checked = "names of labels and bounds were checked by the builder";
        let function = if labels.is_empty() {
            SpanFunction::Plain(function.register().expect(checked))
        } else {
            let function = function.register_with_labels(labels).expect(checked);
            // As the function itself, never freed.
            SpanFunction::Labelled { function, fields: fields.leak() }
        };
        SpanSite { function, has_error_field: fields::has_error_field(declared) }
    }

    /// Ends the call of a span that is closed.
    #[inline]
    fn end(&self, call: &SpanCall) {
        let Some(site) = self.sites.get(call.site()) else { return };
        let function = match site.function {
            SpanFunction::Plain(function) => function,
            SpanFunction::Labelled { .. } => match call.take_function() {
                Some(function) => function,
                None => return,
            },
        };
        let is_panic = call.has(Flag::Panic) || thread::panicking() && !call.has(Flag::BegunUnwinding);
        let outcome = match (is_panic, call.has(Flag::Error)) {
            (true, _) => Outcome::Panic,
            (false, true) => Outcome::Error,
            (false, false) => Outcome::Ok,
        };
        if self.is_busy {
            function.end_busy(call.take_busy(), outcome);
        } else {
            function.end(call.start(), outcome);
        }
    }
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for SpanLayer {
    /// Registers the function of a span, so that it is exported before the first one is closed.
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.is_span() {
            self.site(metadata);
        }
        Interest::always()
    }

    #[inline]
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let (key, site) = self.site(attributes.metadata());
        let mut flags = 0;
        if thread::panicking() {
            flags |= Flag::BegunUnwinding as u32;
        }
        if site.has_error_field {
            let mut errors = ErrorVisitor::default();
            attributes.record(&mut errors);
            flags |= if errors.is_error { Flag::Error as u32 } else { 0 };
        }
        let (function, is_labelled) = match site.function {
            SpanFunction::Plain(function) => (function, false),
            SpanFunction::Labelled { function, fields } => {
                (fields::with_values(fields, attributes, |values| function.with(values)), true)
            }
        };
        self.spans.insert(id.into_u64(), |call| {
            call.begin(key, function.start(), flags);
            if is_labelled {
                call.set_function(function);
            }
        });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut errors = ErrorVisitor::default();
        values.record(&mut errors);
        if errors.is_error {
            self.spans.with(id.into_u64(), |call| call.note(Flag::Error));
        }
    }

    #[inline]
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if *event.metadata().level() == Level::ERROR {
            if let Some(span) = context.event_span(event) {
                self.spans.with(span.id().into_u64(), |call| call.note(Flag::Error));
            }
        }
    }

    #[inline]
    fn on_enter(&self, id: &Id, _: Context<'_, S>) {
        if self.is_busy {
            self.spans.with(id.into_u64(), SpanCall::enter);
        }
    }

    #[inline]
    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        // A runtime catches the panic of a future before it drops the span.
        if self.is_busy || thread::panicking() {
            self.spans.with(id.into_u64(), |call| {
                if self.is_busy {
                    call.exit();
                }
                if thread::panicking() && !call.has(Flag::BegunUnwinding) {
                    call.note(Flag::Panic);
                }
            });
        }
    }

    #[inline]
    fn on_close(&self, id: Id, _: Context<'_, S>) {
        #[cfg(feature = "opentelemetry")]
        let _closing = crate::current_trace::closing(&id);
        self.spans.remove(id.into_u64(), |call| self.end(call));
    }
}

/// Returns the name of the label for a field.
fn label_of(field: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let mut label: String = field.trim_start_matches('_').chars().map(allowed).collect();
    if label.is_empty() || label.starts_with(|c: char| c.is_ascii_digit()) {
        label.insert(0, '_');
    }
    if matches!(
        label.as_str(),
        "function" | "module" | "outcome" | "error_kind" | "stage" | "le" | "quantile"
    ) {
        label.push('_');
    }
    label
}
