//! What all metrics of a registry share, metrics on demand do as well.

use super::{LONG, registry, value};
use tachometer::{
    FullSnapshot, MetricsRegistry,
    collect::{Collect, Collected, FamilyDescription},
    families::SampleValue,
};

fn scoped() -> MetricsRegistry {
    registry(LONG).with_namespace("shop").with_labels([("zone", "eu")])
}

#[test]
fn they_have_its_namespace_and_its_labels() {
    let registry = scoped();
    registry.callback_gauge("open", "Open", || 1.0);
    registry.info("build_info", "The build", &[("version", "1")]);
    let snapshot = registry.snapshot_all();
    assert_eq!(value(&snapshot, "shop_open"), Some(&SampleValue::Quantity(1.0)));
    assert!(snapshot.to_prometheus_format().starts_with(
        "# HELP shop_build_info The build\n# TYPE shop_build_info gauge\n\
         shop_build_info{version=\"1\",zone=\"eu\"} 1\n\
         # HELP shop_open Open\n# TYPE shop_open gauge\nshop_open{zone=\"eu\"} 1.0\n"
    ));
    let begin = "tachometer_callback_failures_total{metric=\"shop_open\",reason=\"panic\"";
    assert!(snapshot.to_prometheus_format().contains(begin));
    let list: Vec<String> = registry.list().iter().map(ToString::to_string).collect();
    assert!(list[0].starts_with("shop_build_info{version,zone} (gauge, "), "{}", list[0]);
    assert!(list[1].starts_with("shop_open{zone} (gauge, ") && list[1].ends_with("): Open"), "{}", list[1]);
    assert!(list[1].contains("scopes.rs:"), "{}", list[1]);
}

/// Says itself in which zone it is.
struct Zones;

impl Collect for Zones {
    fn families(&self) -> Vec<FamilyDescription> {
        vec![FamilyDescription::gauge("here", "Here"), FamilyDescription::gauge("there", "There")]
    }

    fn collect(&self, into: &mut Collected<'_>) {
        into.gauge("here", &[], 1.0);
        into.gauge("there", &[], 1.0);
        into.gauge("there", &[("zone", "eu")], 2.0);
    }
}

#[test]
fn a_label_that_all_series_have_already_is_not_shown_twice() {
    let registry = scoped();
    registry.collect_from(Zones);
    let error = registry.try_info("x_info", "Clashes", &[("zone", "us")]).expect_err("it clashes");
    assert!(error.to_string().contains("its label \"zone\" is already set for all series"), "{error}");
    let snapshot = registry.snapshot_all();
    assert_eq!(snapshot.declared.keys().collect::<Vec<_>>(), ["shop_here"]);
    let refusal = "{reason=\"\\\"there\\\" is not exported: its label \\\"zone\\\" is already set for all series of \
                   the registry\",zone=\"eu\"} 1\n";
    let text = snapshot.to_prometheus_format();
    assert!(text.contains(refusal), "{text}");
    FullSnapshot::from_json(&snapshot.to_json()).expect("it is a snapshot");
}
