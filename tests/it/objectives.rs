//! Objectives: what is exported of them, and the rules.

use std::time::Duration;
use tachometer::slo::{Objective, Subject};
use tachometer::{
    Counter, DynamicFamily, Family, FullSnapshot, Histogram, LabelSet, MetricsRegistry, buckets,
    instrumented, metrics,
};

const BOUNDS: [f64; 2] = [0.25, 1.0];
const MODULE: &str = module_path!();

#[instrumented(slo(success = 99.9, latency = (0.25, 99.0)))]
fn both() -> Result<(), ()> {
    Ok(())
}

#[instrumented(slo(latency = (1, 95)), buckets = BOUNDS)]
fn of_constant_bounds() {}

#[instrumented(slo(success = 99.5), name = "a \"name\"")]
async fn quoted() {}

#[instrumented(slo(success = 90), labels(town = town))]
fn with_labels(town: &str) {}

#[instrumented(native = false, sample = 4, slo(latency = (0.000_001, 50.5)))]
fn generic<T: Clone>(value: &T) -> T {
    value.clone()
}

#[instrumented]
fn without() {}

struct Cart;

#[instrumented(slo(success = 99), buckets = [0.5])]
impl Cart {
    fn of_block(&self) {}
    #[instrumented(slo(latency = (0.5, 90.0)))]
    fn of_its_own(&self) {}
    #[instrumented(skip)]
    fn skipped(&self) {}
}

#[derive(LabelSet)]
struct Town<'a> {
    name: &'a str,
}

metrics! {
    static TIMES: Histogram =
        Histogram::of_time("objective_times_seconds", "Times", &const { buckets::seconds([0.25, 1.0]) }).slo(1.0, 99.0).classic();
    static SIZES: Histogram = Histogram::new("objective_sizes_bytes", "Sizes", &[100, 1_000_000]).native(2).slo(1e6, 99.999_9);
    static OF_TOWNS: Family<Town<'static>, Histogram> =
        Family::histogram("objective_sizes_of_towns", "Sizes", &[7]).slo(7.0, 80.0);
}

fn call_all() {
    OF_TOWNS.with(&Town { name: "Ulm" }).observe(1);
    let _ = (both(), generic(&1));
    of_constant_bounds();
    with_labels("Ulm");
    with_labels("Trier");
    without();
    Cart.of_block();
    Cart.of_its_own();
    Cart.skipped();
    drop(quoted());
}

fn lines(snapshot: &FullSnapshot, part: &str) -> Vec<String> {
    let text = snapshot.to_prometheus_format();
    let is_wanted = |line: &&str| line.starts_with("slo_objective") && line.contains(part);
    text.lines().filter(is_wanted).map(|line| line.replace(&format!("module=\"{MODULE}\","), "")).collect()
}

#[test]
fn functions_show_their_objectives_once() {
    call_all();
    let snapshot = tachometer::snapshot();
    assert_eq!(
        lines(&snapshot, MODULE),
        [
            r#"slo_objective{function="Cart::of_block",objective="success"} 0.99"#,
            r#"slo_objective{function="Cart::of_its_own",objective="latency",threshold="0.5"} 0.9"#,
            r#"slo_objective{function="a \"name\"",objective="success"} 0.995"#,
            r#"slo_objective{function="both",objective="latency",threshold="0.25"} 0.99"#,
            r#"slo_objective{function="both",objective="success"} 0.999"#,
            r#"slo_objective{function="generic",objective="latency",threshold="1e-06"} 0.505"#,
            r#"slo_objective{function="of_constant_bounds",objective="latency",threshold="1.0"} 0.95"#,
            r#"slo_objective{function="with_labels",objective="success"} 0.9"#,
        ]
    );
    assert_thresholds_are_bounds(&snapshot);
}

#[test]
fn histograms_show_their_objectives() {
    assert_eq!(TIMES.snapshot().total() + SIZES.snapshot().total(), 0);
    call_all();
    let snapshot = tachometer::snapshot();
    assert_eq!(
        lines(&snapshot, "histogram=\"objective_"),
        [
            r#"slo_objective{histogram="objective_sizes_bytes",objective="latency",threshold="1e+06"} 0.999999"#,
            r#"slo_objective{histogram="objective_sizes_of_towns",objective="latency",threshold="7.0"} 0.8"#,
            r#"slo_objective{histogram="objective_times_seconds",objective="latency",threshold="1.0"} 0.99"#,
        ]
    );
    assert_thresholds_are_bounds(&snapshot);
    let rules = tachometer::slo_rules();
    assert_eq!(rules, snapshot.slo_rules());
    for name in ["objective_sizes_bytes", "objective_sizes_of_towns", "objective_times_seconds"] {
        assert!(rules.contains(&format!("rate({name}_bucket[5m])")), "{name}");
    }
}

/// Each threshold is printed as the `le` of a bucket.
fn assert_thresholds_are_bounds(snapshot: &FullSnapshot) {
    let text = snapshot.to_prometheus_format();
    for series in &snapshot.declared["slo_objective"].series {
        let Some(threshold) = series.labels.get("threshold") else { continue };
        // Functions of other tests may not have been called.
        if series.labels.get("module").is_some_and(|module| module != MODULE) {
            continue;
        }
        let is_bucket = |line: &&str| {
            let is_of = match series.labels.get("histogram") {
                Some(histogram) => line.starts_with(&format!("{histogram}_bucket")),
                None => {
                    let function = series.labels.get("function").unwrap().replace('"', "\\\"");
                    line.starts_with(&format!("function_duration_seconds_bucket{{function=\"{function}\""))
                }
            };
            is_of && line.contains(&format!("le=\"{threshold}\""))
        };
        assert!(text.lines().any(|line| is_bucket(&line)), "{series:?}");
    }
}

#[test]
fn objectives_come_back_from_json_and_stay_in_differences() {
    let earlier = tachometer::snapshot();
    call_all();
    let snapshot = tachometer::snapshot();
    let objectives = snapshot.objectives();
    assert!(!objectives.is_empty());
    assert_eq!(FullSnapshot::from_json(&snapshot.to_json()).unwrap().objectives(), objectives);
    assert_eq!(snapshot.since(&earlier).objectives(), objectives);
}

#[test]
fn a_registry_without_objectives_does_not_show_the_family() {
    let registry = MetricsRegistry::new(Duration::MAX);
    registry.counter("jobs_total", "Jobs").increment();
    let snapshot = registry.snapshot_all();
    assert!(!snapshot.to_prometheus_format().contains("slo_objective"));
    assert_eq!(snapshot.objectives(), []);
}

#[test]
fn a_namespace_is_part_of_the_name_of_a_histogram_alone() {
    let registry = MetricsRegistry::new(Duration::MAX).with_namespace("shop").with_labels([("zone", "eu")]);
    let times =
        DynamicFamily::<Histogram>::histogram_of_time("times_seconds", "Times", ["town"], [1_000_000_000])
            .unwrap();
    registry.family(times.slo(1.0, 99.0)).with(&["Ulm"]).observe(1);
    let snapshot = registry.snapshot_all();
    assert_eq!(
        lines(&snapshot, ""),
        [
            r#"slo_objective{histogram="shop_times_seconds",objective="latency",threshold="1.0",zone="eu"} 0.99"#
        ]
    );
    let [objective] = &snapshot.objectives()[..] else { panic!("{snapshot:?}") };
    assert!(matches!(objective.subject(), Subject::Histogram { name, .. } if name == "shop_times_seconds"));
    assert!(snapshot.slo_rules().contains("rate(shop_times_seconds_count[5m])"));
}

#[test]
fn families_with_different_objectives_are_different() {
    let registry = MetricsRegistry::new(Duration::MAX);
    let family = || DynamicFamily::<Histogram>::histogram("sizes", "Sizes", ["town"], [7, 9]).unwrap();
    registry.family(family().slo(7.0, 99.0));
    assert!(registry.try_family(family().slo(7.0, 99.0)).is_ok());
    for other in [family(), family().slo(9.0, 99.0), family().slo(7.0, 98.0)] {
        let error = registry.try_family(other).unwrap_err().to_string();
        assert!(error.contains("the objective that 99 % are at most 7"), "{error}");
    }
}

#[test]
fn the_name_of_the_family_is_reserved() {
    let registry = MetricsRegistry::new(Duration::MAX);
    let error = registry.try_gauge("slo_objective", "Mine").unwrap_err().to_string();
    assert!(error.contains("tachometer itself exports \"slo_objective\""), "{error}");
    assert!(
        registry.try_family(DynamicFamily::<Counter>::new("slo_objective", "Mine", ["a"]).unwrap()).is_err()
    );
    let registry = MetricsRegistry::new(Duration::MAX).with_namespace("slo");
    assert!(registry.try_register_gauge("objective").is_err());
}

#[test]
fn an_objective_is_no_change_that_a_test_must_expect() {
    let registry = MetricsRegistry::new(Duration::MAX);
    let watch = tachometer::testing::watch_registry(&registry);
    let sizes = DynamicFamily::<Histogram>::histogram("sizes", "Sizes", ["town"], [7]).unwrap();
    registry.family(sizes.slo(7.0, 99.0)).with(&["Ulm"]).observe(1);
    watch.assert_only(&["sizes"]);
    let unknown = watch.check_only(&["size"]).unwrap_err().to_string();
    assert!(!unknown.contains("slo_objective"), "{unknown}");
}

#[test]
#[should_panic(expected = "must be a bound of its buckets; 8 lies between the bounds 7 and 9")]
fn a_threshold_that_is_no_bound_panics_at_run_time_too() {
    let family = DynamicFamily::<Histogram>::histogram("sizes", "Sizes", ["town"], [7, 9]).unwrap();
    let _ = family.slo(8.0, 99.0);
}

#[test]
fn an_objective_is_compared_by_what_it_says() {
    let read = |target| {
        Objective::from_series([("function", "f"), ("objective", "success"), ("job", "shop")], target)
    };
    assert_eq!(read(0.5).unwrap(), read(0.5).unwrap());
    assert_ne!(read(0.5).unwrap(), read(0.6).unwrap());
    assert_eq!(read(1.5).unwrap_err().kind(), tachometer::error::Kind::InvalidObjective);
}
