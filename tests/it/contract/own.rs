//! Metrics of the user's own, what they share in a registry, and assertions about them.

use super::*;

fn is_metric<M: Metric>() {}

#[test]
fn assertions() {
    use tachometer::testing::{
        Amount, Difference, Expectation, FunctionExpectation, MetricExpectation, Watch, function, metric,
    };
    let _: fn() -> Watch<'static> = tachometer::testing::watch;
    let _: fn() -> Watch<'static> = tachometer::testing::watch_thread;
    let registry = MetricsRegistry::new(Duration::from_secs(1));
    registry.register_counter("hits");
    registry.register_gauge("load");
    registry.register_histogram("sizes", [10]);
    let watch: Watch<'_> = tachometer::testing::watch_registry(&registry);
    is_shared(&watch);
    let of_function: FunctionExpectation = function("load").with("tier", "gold").with("tenant", 7_u64);
    let of_function = of_function.ok(1).errors(2_u64).panics(0).cancelled(0).calls(3).in_flight(0_i64);
    let of_function =
        of_function.errors_of_kind("kind", 2).total_time(Duration::ZERO).all_within(Duration::ZERO);
    let expected: Expectation = of_function.not_called().into();
    let _: Result<(), Difference> = watch.check(expected);
    let of_metric: MetricExpectation = metric("hits").with("tier", "gold").with_all(&()).by(0).unchanged();
    let _: Expectation = of_metric.into();
    let _: () = watch.assert(metric("load").at(0).by(0_i64));
    let _: () = watch.assert(metric("sizes").observations(0_u64).sum(0_u64).all_within(10));
    let _: () = watch.assert_only(&["hits"]);
    let _: Result<(), Difference> = watch.check_only(&["hits"]);
    let _: FullSnapshot = watch.changes();
    let _: [Amount; 4] = [1_usize.into(), (-1_i64).into(), 0.5.into(), Duration::ZERO.into()];
    is_error::<Difference>();
}

#[test]
fn objectives() {
    use tachometer::slo::{self, Objective, Subject};
    let _: fn() -> String = tachometer::slo_rules;
    let _: fn(&[Objective]) -> String = slo::rules;
    let _: fn(&FullSnapshot) -> String = FullSnapshot::slo_rules;
    let _: fn(&FullSnapshot) -> Vec<Objective> = FullSnapshot::objectives;
    let _: fn(Histogram, f64, f64) -> Histogram = Histogram::slo;
    let _: fn(Family<(), Histogram>, f64, f64) -> Family<(), Histogram> = Family::slo;
    let _: fn(DynamicFamily<Histogram>, f64, f64) -> DynamicFamily<Histogram> = DynamicFamily::slo;
    let _: Result<Objective, Error> = Objective::from_series([("function", "f")], 0.9);
    let _: fn(&Objective) -> &Subject = Objective::subject;
    let _: fn(&Objective) -> f64 = Objective::target;
    let _: fn(&Objective) -> Option<f64> = Objective::threshold;
    let _ = |subject: Subject| match subject {
        Subject::Function { function, module, .. } => [function, module],
        Subject::Histogram { name, .. } => [name, String::new()],
        _ => Default::default(),
    };
    is_snapshot::<Objective>();
}

#[test]
fn calls_that_outlive_their_function() {
    use axum::body::Body;
    use std::pin::Pin;
    use tachometer::call::{ErrItem, Instrumented};
    use tachometer::{Call, guard};
    type Stream = Pin<Box<dyn futures_core::Stream<Item = Result<u8, u8>>>>;
    fn is_held<T: Send + Sync + Debug>() {}
    let _: [fn(Call); 2] = [Call::ok, Call::error];
    let _: fn(Call, &'static str) = Call::error_of_kind;
    let _: fn(&mut guard::Call) = Call::first_item;
    let _: fn(Call, Stream) -> Instrumented<Stream> = Call::stream;
    let _: fn(Call, Stream) -> Instrumented<Stream, ErrItem> = Call::try_stream;
    let _: fn(Call, Body) -> Instrumented<Body> = Call::body;
    is_held::<Call>();
    is_held::<Instrumented<u8>>();
}

#[test]
fn on_demand() -> Result<(), Error> {
    is_shared(&ON_DEMAND);
    ON_DEMAND.0.show();
    ON_DEMAND.1.show();
    ON_DEMAND.2.show();
    let registry = MetricsRegistry::new(Duration::from_secs(1));
    let value = String::from("captured");
    registry.callback_gauge("a", "A gauge", {
        let value = value.clone();
        move || value.len() as f64
    });
    registry.callback_counter(String::from("b_total"), String::from("A counter"), || 1.0);
    registry.collect_from(Shop);
    registry.info("c_info", "An info metric", &[("label", &value)]);
    registry.register_process_metrics();
    let _: () = registry.try_callback_gauge("d", "A gauge", || 1.0)?;
    let _: () = registry.try_callback_counter("e_total", "A counter", || 1.0)?;
    let _: () = registry.try_info("f_info", "An info metric", &[])?;
    let _: Error = registry.try_collect_from(Shop).expect_err("its names are taken");
    let _: () = registry.try_register_process_metrics()?;
    let _: fn(&MetricsRegistry, Duration) = MetricsRegistry::set_callback_timeout;
    Ok(())
}

#[test]
fn families_of_metrics() -> Result<(), Error> {
    is_metric::<Counter>();
    is_metric::<FloatCounter>();
    is_metric::<Gauge>();
    is_metric::<FloatGauge>();
    is_metric::<Histogram>();
    is_shared(&(&BY_SIZE, &BY_NAME, &TIMES, &CLASSIC, &AMOUNTS, &NATIVE, &ALONE));
    BY_SIZE.with(&OfSize { size: Size::Large }).add(2);
    let held: Series<Gauge, Held> = BY_NAME.hold(&Labels { size: Size::Small, name: "x" });
    is_shared(&held);
    let guard: SeriesGuard = held.track();
    drop(guard);
    let _: Series<Gauge, Held> = held.hold();
    TIMES.with(&OfSize { size: Size::Small }).time(|| ());
    AMOUNTS.with(&OfSize { size: Size::Small }).observe(1);
    let _: bool = BY_NAME.remove(&Labels { size: Size::Small, name: "x" });
    let _: usize = BY_NAME.remove_where(|labels: &[(&str, &str)]| labels.is_empty());

    let registry = MetricsRegistry::new(Duration::from_secs(1));
    let made = DynamicFamily::new("dynamic_total", String::from("help"), ["a", "b"])?;
    let dynamic: DynamicFamily<Counter> = registry.family(made);
    dynamic.with(&["1", "2"]).increment();
    let _: &[&str] = dynamic.labels();
    let _: bool = dynamic.remove(&["1", "2"]);
    let _: usize = dynamic.remove_where(|_| true);
    let _: fn(DynamicFamily<Counter>) -> DynamicFamily<Counter> = DynamicFamily::omit_empty_labels;
    let bounds = DynamicFamily::histogram("dynamic_sizes", "help", ["a"], [1, 2])?;
    let _: DynamicFamily<Histogram> =
        registry.try_family(bounds.max_series(5).expire_after(Duration::from_mins(1)))?;
    let times: DynamicFamily<Histogram> = DynamicFamily::histogram_of_time("times", "help", ["a"], vec![1])?;
    let _: DynamicFamily<Histogram> = times.classic();
    let _: fn(DynamicFamily<Histogram>, u8) -> DynamicFamily<Histogram> = DynamicFamily::native;
    let _: Family<OfSize, Counter> = registry.family(Family::new("at_run_time_total", "help"));
    Ok(())
}

#[test]
fn metrics_by_name() -> Result<(), Error> {
    let registry = MetricsRegistry::new(Duration::from_secs(1));
    let _: &'static Counter = registry.counter("counter", "help");
    let _: &'static FloatCounter = registry.float_counter("float_counter", "help");
    let _: &'static Gauge = registry.gauge("gauge", "help");
    let _: &'static FloatGauge = registry.float_gauge("float_gauge", "help");
    let _: &'static Histogram = registry.histogram("histogram", "help", &[1, 2]);
    let _: &'static Histogram = registry.histogram_of_time("times", "help", &[1, 2]);
    let _: &'static Counter = registry.try_counter(String::from("counter"), String::from("help"))?;
    let _: &'static FloatCounter = registry.try_float_counter("float_counter", "help")?;
    let _: &'static Gauge = registry.try_gauge("gauge", "help")?;
    let _: &'static FloatGauge = registry.try_float_gauge("float_gauge", "help")?;
    let _: &'static Histogram = registry.try_histogram("histogram", "help", &[1, 2])?;
    let _: &'static Histogram = registry.try_histogram_of_time("times", "help", &[1, 2])?;
    for metric in registry.list() {
        is_shared(&metric);
        let MetricDescription { name, kind, help, unit, labels, place, .. } = metric;
        let _: (String, MetricKind, Option<String>) = (name, kind, help);
        let _: (Option<&'static str>, Vec<String>) = (unit, labels);
        let _: &'static std::panic::Location<'static> = place;
    }
    Ok(())
}

#[test]
fn what_all_metrics_of_a_registry_share() -> Result<(), Error> {
    let registry = || MetricsRegistry::new(Duration::from_secs(1));
    let _: MetricsRegistry = registry().with_namespace("shop").with_labels([("zone", "eu")]);
    let _: MetricsRegistry = registry().try_with_namespace(String::from("shop"))?;
    let labels: BTreeMap<String, String> = BTreeMap::new();
    let _: MetricsRegistry = registry().try_with_labels(labels)?;
    let _: Vec<(String, String)> = registry().snapshot_all().labels;
    Ok(())
}
