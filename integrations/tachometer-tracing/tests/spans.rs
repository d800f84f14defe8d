//! Spans are counted by their outcome, with real subscribers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;
use tachometer::{FunctionSnapshot, MetricsRegistry, MockClock};
use tachometer_tracing::{SpanLayer, layer};
use tracing::{Span, error, info_span, warn};
use tracing_subscriber::Registry;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer, SubscriberExt};

fn registry() -> &'static MetricsRegistry {
    Box::leak(Box::new(MetricsRegistry::new(Duration::from_secs(10))))
}

fn read(registry: &MetricsRegistry, name: &str) -> FunctionSnapshot {
    registry.snapshot_all().function(name).expect(name).clone()
}

fn outcomes(registry: &MetricsRegistry, name: &str) -> [u64; 5] {
    let seen = read(registry, name);
    [seen.ok, seen.errors, seen.panics, seen.cancelled, u64::try_from(seen.in_flight).unwrap()]
}

/// Runs `test` below a layer that counts in a registry of its own.
fn with_layer(options: impl FnOnce(SpanLayer) -> SpanLayer, test: impl FnOnce(&'static MetricsRegistry)) {
    let registry = registry();
    let subscriber = Registry::default().with(options(layer().registry(registry)));
    tracing::subscriber::with_default(subscriber, || test(registry));
}

#[test]
fn each_way_to_report_an_error_counts_once() {
    with_layer(
        |layer| layer,
        |registry| {
            info_span!("work").in_scope(|| warn!("not an error"));
            info_span!("work").in_scope(|| {
                error!("one");
                error!("two");
                info_span!("inner").in_scope(|| ());
            });
            drop(info_span!("work", error = "given"));
            drop(info_span!("work", error = false));
            let span =
                info_span!("work", err = tracing::field::Empty, otel.status_code = tracing::field::Empty);
            span.record("err", tracing::field::debug("late"));
            drop(span);
            let span = info_span!("work", otel.status_code = tracing::field::Empty);
            span.record("otel.status_code", "OK");
            drop(span);
            let span = info_span!("work", otel.status_code = tracing::field::Empty);
            span.record("otel.status_code", "ERROR");
            let open = span.clone();
            drop(span);
            assert_eq!(outcomes(registry, "work"), [3, 3, 0, 0, 1]);
            error!(parent: &open, "in another span");
            drop(open);
            assert_eq!(outcomes(registry, "work"), [3, 4, 0, 0, 0]);
            assert_eq!(outcomes(registry, "inner"), [1, 0, 0, 0, 0]);
            let work = read(registry, "work");
            assert_eq!(work.module, module_path!());
            let (file, line) = work.place().unwrap();
            assert!(file == file!() && line < line!(), "{file}:{line}");
        },
    );
}

/// Opens a span when it is dropped.
struct OnDrop;

impl Drop for OnDrop {
    fn drop(&mut self) {
        info_span!("cleanup").in_scope(|| ());
    }
}

#[test]
fn a_panic_that_leaves_a_span_is_its_outcome() {
    with_layer(
        |layer| layer,
        |registry| {
            let unwind = catch_unwind(|| info_span!("sync").in_scope(|| panic!("expected")));
            assert!(unwind.is_err());
            // The span outlives the panic, as that of a task does.
            let span = info_span!("task");
            let unwind = catch_unwind(AssertUnwindSafe(|| span.in_scope(|| panic!("expected"))));
            assert!(unwind.is_err());
            drop(span);
            // A span that begins and ends in a destructor during a panic has not panicked.
            let unwind = catch_unwind(|| {
                let _cleanup = OnDrop;
                panic!("expected");
            });
            assert!(unwind.is_err());
            assert_eq!(outcomes(registry, "sync"), [0, 0, 1, 0, 0]);
            assert_eq!(outcomes(registry, "task"), [0, 0, 1, 0, 0]);
            assert_eq!(outcomes(registry, "cleanup"), [1, 0, 0, 0, 0]);
        },
    );
}

#[test]
fn wall_time_ends_with_the_last_handle_and_busy_time_is_that_inside() {
    let clock = MockClock::new();
    let _entered = clock.enter();
    for (is_busy, expected) in [(false, 18), (true, 3)] {
        with_layer(
            |layer| if is_busy { layer.busy_time() } else { layer },
            |registry| {
                let span = info_span!("timed");
                clock.advance(Duration::from_millis(5));
                for _ in 0..3 {
                    let outer = span.enter();
                    // Entered twice by one thread, which is one time.
                    span.in_scope(|| clock.advance(Duration::from_millis(1)));
                    drop(outer);
                }
                let clone = span.clone();
                drop(span);
                clock.advance(Duration::from_millis(10));
                drop(clone);
                assert_eq!(read(registry, "timed").max(), Some(Duration::from_millis(expected)), "{is_busy}");
            },
        );
    }
}

#[test]
fn fields_that_are_allowed_are_labels() {
    with_layer(
        |layer| layer.label("tenant").label("http.route").label("module").max_label_sets(2),
        |registry| {
            for tenant in ["a", "b", "c", "d"] {
                info_span!("request", tenant, http.route = %"/x", user = "secret").in_scope(|| ());
            }
            info_span!("request", tenant = 7).in_scope(|| ());
            info_span!("plain", user = "secret").in_scope(|| ());
            info_span!("moved", module = "m", tenant = tracing::field::Empty).record("tenant", "late");
            let text = registry.snapshot_all().to_prometheus_format();
            let ok =
                |labels: &str| text.contains(&format!("function_calls_total{{{labels},outcome=\"ok\"}}"));
            let module = module_path!();
            assert!(
                ok(&format!(r#"function="request",module="{module}",tenant="a",http_route="/x""#)),
                "{text}"
            );
            assert!(ok(&format!(r#"function="request",module="{module}",tenant="7""#)), "{text}");
            assert!(ok(&format!(r#"function="moved",module="{module}",tenant="",module_="m""#)), "{text}");
            assert!(ok(&format!(r#"function="plain",module="{module}""#)), "{text}");
            assert!(
                text.contains("__overflow__") && !text.contains("secret") && !text.contains("\"c\""),
                "{text}"
            );
        },
    );
}

#[test]
#[should_panic(expected = "the fields \"a.b\" and \"a_b\" would both be the label \"a_b\"")]
fn two_fields_of_one_label_are_refused() {
    let _ = layer().label("a.b").label("a_b");
}

#[test]
#[should_panic(expected = "histogram bounds must strictly increase: 5 is followed by 5")]
fn bounds_in_disorder_are_refused() {
    let _ = layer().buckets([5, 5]);
}

#[test]
fn filters_choose_spans_by_level_and_target() {
    let registry = registry();
    let filter = Targets::new().with_target("kept", LevelFilter::INFO);
    let subscriber = Registry::default().with(layer().registry(registry).with_filter(filter));
    tracing::subscriber::with_default(subscriber, || {
        info_span!(target: "kept", "counted").in_scope(|| {
            tracing::debug_span!(target: "kept", "too_detailed")
                .in_scope(|| error!(target: "kept", "of the counted one"));
            info_span!(target: "other", "elsewhere").in_scope(|| ());
        });
    });
    assert_eq!(outcomes(registry, "counted"), [0, 1, 0, 0, 0]);
    assert_eq!(registry.snapshot_all().functions.len(), 1);
}

#[test]
fn a_span_around_an_annotated_function_does_not_count_it_twice() {
    #[derive(Clone, Copy, Debug)]
    struct Cart;

    impl Cart {
        #[tracing::instrument(skip(self))]
        #[tachometer::instrumented]
        fn outer_span(self) {}
    }

    #[tachometer::instrumented]
    #[tracing::instrument]
    async fn inner_span() {}

    let subscriber = Registry::default().with(layer());
    tracing::subscriber::with_default(subscriber, || {
        for _ in 0..3 {
            Cart.outer_span();
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for _ in 0..3 {
            runtime.block_on(inner_span());
        }
    });
    let snapshot = tachometer::snapshot();
    for name in ["outer_span", "inner_span"] {
        let ended: u64 = snapshot
            .functions
            .iter()
            .filter(|f| f.function.ends_with(name))
            .map(FunctionSnapshot::calls)
            .sum();
        assert_eq!(ended, 3, "{name}");
    }
}

#[test]
fn totals_are_exact_beyond_the_table_of_slots() {
    const SPANS: usize = 10_000;
    let registry = registry();
    let dispatch = tracing::Dispatch::new(Registry::default().with(layer().registry(registry)));
    let barrier = Arc::new(Barrier::new(3));
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let (dispatch, barrier) = (dispatch.clone(), Arc::clone(&barrier));
            thread::spawn(move || {
                tracing::dispatcher::with_default(&dispatch, || {
                    let spans: Vec<Span> = (0..SPANS).map(|_| info_span!("many")).collect();
                    barrier.wait();
                    barrier.wait();
                    for (index, span) in spans.into_iter().enumerate() {
                        if index % 10 == 0 {
                            error!(parent: &span, "each tenth");
                        }
                    }
                });
            })
        })
        .collect();
    barrier.wait();
    assert_eq!(outcomes(registry, "many"), [0, 0, 0, 0, 2 * SPANS as u64]);
    barrier.wait();
    for thread in threads {
        thread.join().unwrap();
    }
    let tenth = SPANS as u64 / 10;
    assert_eq!(outcomes(registry, "many"), [18 * tenth, 2 * tenth, 0, 0, 0]);
}

#[test]
fn spans_that_end_on_other_threads_are_counted_once() {
    const SPANS: u64 = 20_000;
    let registry = registry();
    let dispatch = tracing::Dispatch::new(Registry::default().with(layer().registry(registry).busy_time()));
    let (sender, receiver) = std::sync::mpsc::sync_channel::<Span>(64);
    let other = thread::spawn(move || receiver.into_iter().for_each(|span| span.in_scope(|| ())));
    tracing::dispatcher::with_default(&dispatch, || {
        for _ in 0..SPANS {
            let span = info_span!("handed_over");
            let kept = span.clone();
            sender.send(span).unwrap();
            drop(kept);
        }
    });
    drop(sender);
    other.join().unwrap();
    assert_eq!(outcomes(registry, "handed_over"), [SPANS, 0, 0, 0, 0]);
}
