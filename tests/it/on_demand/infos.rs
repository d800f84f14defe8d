//! Info metrics that are registered while the program runs.

use super::{LONG, registry};
use tachometer::{FullSnapshot, Info};

#[test]
fn they_are_a_gauge_at_one_with_their_labels_in_every_format() {
    let registry = registry(LONG);
    registry.info("host_info", "The host", &[("zone", "a\nb"), ("function", "f"), ("empty", "")]);
    registry.info("host_info", "The host", &[("zone", "a\nb"), ("function", "f"), ("empty", "")]);
    let snapshot = registry.snapshot_all();
    let sample = "host_info{zone=\"a\\nb\",function=\"f\",empty=\"\"} 1\n";
    let block = format!("# HELP host_info The host\n# TYPE host_info gauge\n{sample}");
    assert_eq!(snapshot.to_prometheus_format(), block);
    assert_eq!(snapshot.to_openmetrics_format(), format!("{block}# EOF\n"));
    assert_eq!(FullSnapshot::from_json(&snapshot.to_json()).expect("it is a snapshot"), snapshot);
}

#[test]
fn what_cannot_be_printed_is_an_error() {
    let registry = registry(LONG);
    registry.info("build_info", "The build", &[("version", "1")]);
    let error = |name: &str, labels: &[(&str, &str)]| {
        registry.try_info(name, "Another", labels).expect_err("it cannot be printed").to_string()
    };
    assert!(
        error("build_info", &[("version", "2")])
            .contains("is already an info metric with the labels [(\"version\", \"1\")]")
    );
    assert!(error("build info", &[]).contains("invalid metric name"));
    assert!(
        error("x_info", &[("1a", "")])
            .contains("\"x_info\" has an invalid label name \"1a\": it must consist of ASCII letters")
    );
    for name in ["", "a:b", "é", "__name__", "a-b"] {
        assert!(error("x_info", &[(name, "x")]).contains("has an invalid label name"), "{name}");
    }
    assert!(error("x_info", &[("le", "x")]).contains("must not be `le` or `quantile`"));
    assert!(error("x_info", &[("a", "x"), ("a", "y")]).contains("\"x_info\" has two labels named \"a\""));
    assert_eq!(registry.snapshot_all().declared.len(), 1);
}

#[test]
#[should_panic(expected = "two labels of a set must not have the same name")]
fn in_a_static_two_labels_of_one_name_do_not_compile() {
    let _ = Info::new("twice_info", "Twice", &[("ab", "1"), ("a", "2"), ("ab", "3")]);
}

#[test]
#[should_panic(expected = "a label's name must be ASCII letters")]
fn in_a_static_a_label_that_is_none_does_not_compile() {
    let _ = Info::new("bad_info", "Bad", &[("a", "1"), ("a b", "2")]);
}

#[test]
#[should_panic(expected = "must not be called `le` or `quantile`")]
fn in_a_static_a_label_of_histograms_does_not_compile() {
    let _ = Info::new("le_info", "Bad", &[("quantile", "1")]);
}
