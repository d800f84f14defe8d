use super::{Objective, Subject, rules};
use crate::objective::{FunctionObjectives, LatencyObjective, Target};
use crate::snapshot::FullSnapshot;
use std::collections::BTreeSet;
use std::time::SystemTime;

fn of_histogram(name: &str) -> Objective {
    let labels = [("histogram", name), ("objective", "latency"), ("threshold", "1.0")];
    Objective::from_series(labels, 0.95).unwrap()
}

fn refusal(labels: &[(&str, &str)], value: f64) -> String {
    Objective::from_series(labels.iter().copied(), value).unwrap_err().to_string()
}

#[test]
fn the_rules_are_those_that_prometheus_has_checked() {
    // `.ci/check_rules.py` has `promtool` check and test them.
    assert_eq!(rules(&[of_histogram("b_seconds"), of_histogram("a_bytes")]), include_str!("golden.yml"));
}

#[test]
fn the_rules_are_balanced_and_short() {
    for count in [0, 1, 9] {
        let objectives: Vec<_> = (0..count).map(|index| of_histogram(&format!("h:{index}"))).collect();
        let text = rules(&objectives);
        for [open, close] in ["()", "{}", "[]"].map(|pair| [&pair[..1], &pair[1..]]) {
            assert_eq!(text.matches(open).count(), text.matches(close).count(), "{open}{close}");
        }
        for quote in ["\"", "'"] {
            let is_balanced = |line: &str| line.matches(quote).count() % 2 == 0;
            assert!(text.lines().filter(|line| !line.starts_with('#')).all(is_balanced), "{quote}");
        }
        let groups: Vec<&str> = text.lines().filter(|line| line.starts_with("- name: ")).collect();
        assert_eq!(groups.iter().collect::<BTreeSet<_>>().len(), groups.len(), "{groups:?}");
        assert_eq!(groups.len(), 2 + count);
        let is_rule = |line: &&str| line.contains("- record: ") || line.contains("- alert: ");
        assert_eq!(text.lines().filter(is_rule).count(), 15 + 2 * count);
        assert_eq!(text.lines().count(), 77 + 16 * count);
        assert!(!text.lines().any(|line| line.ends_with(' ')));
    }
}

#[test]
fn functions_do_not_lengthen_the_rules() {
    let labels = [("function", "a\"'}\n- b"), ("module", "{{ . }}"), ("objective", "success")];
    let objectives: Vec<_> = (0..99).map(|_| Objective::from_series(labels, 0.9).unwrap()).collect();
    assert_eq!(rules(&objectives), rules(&[]));
    let twice = [of_histogram("a"), of_histogram("a")];
    assert_eq!(rules(&twice), rules(&twice[..1]));
}

#[test]
fn a_series_is_read_as_the_objective_that_wrote_it() {
    let mut snapshot = FullSnapshot::empty(SystemTime::UNIX_EPOCH);
    let latency = LatencyObjective::of_histogram(&[1, 250_000_000], true, 0.25, 99.5);
    let objectives = FunctionObjectives { success: Some(Target::percent(99.9)), latency: Some(latency) };
    super::add_objectives_of_function(&mut snapshot, ("f\"\\", "m\n"), &objectives);
    super::add_objective_of_histogram(
        &mut snapshot,
        "sizes",
        LatencyObjective::of_histogram(&[1, 1_000_000], false, 1e6, 7.0),
    );
    let read: Vec<_> = snapshot
        .objectives()
        .into_iter()
        .map(|objective| (objective.subject().clone(), objective.threshold(), objective.target()))
        .collect();
    let function = Subject::Function { function: "f\"\\".to_owned(), module: "m\n".to_owned() };
    let histogram = Subject::Histogram { name: "sizes".to_owned() };
    let expected =
        [(function.clone(), Some(0.25), 0.995), (function, None, 0.999), (histogram, Some(1e6), 0.07)];
    assert_eq!(read, expected);
    let text = snapshot.to_prometheus_format();
    assert!(text.contains("objective=\"latency\",threshold=\"1e+06\"} 0.07\n"), "{text}");
}

#[test]
fn of_two_functions_with_one_name_the_higher_target_holds() {
    let mut snapshot = FullSnapshot::empty(SystemTime::UNIX_EPOCH);
    for percent in [99.0, 99.9, 95.0] {
        let objectives = FunctionObjectives { success: Some(Target::percent(percent)), latency: None };
        super::add_objectives_of_function(&mut snapshot, ("f", "m"), &objectives);
    }
    let targets: Vec<f64> = snapshot.objectives().iter().map(Objective::target).collect();
    assert_eq!(targets, [0.999]);
}

#[test]
fn other_series_are_refused_with_a_reason() {
    let function = [("function", "f"), ("module", "m")];
    let with = |more: &[(&'static str, &'static str)]| [&function, more].concat();
    assert!(refusal(&with(&[]), 0.9).contains("its kind must be \"success\""));
    assert!(refusal(&with(&[("objective", "speed")]), 0.9).contains("not \"speed\""));
    assert!(
        refusal(&with(&[("objective", "latency")]), 0.9).contains("the threshold of its latency is missing")
    );
    let latency = |threshold| with(&[("objective", "latency"), ("threshold", threshold)]);
    assert!(refusal(&latency("fast"), 0.9).contains("\"fast\" is not a finite number"));
    assert!(refusal(&latency("+Inf"), 0.9).contains("\"+Inf\" is not a finite number"));
    for target in [0.0, 1.0, f64::NAN, -1.0] {
        let reason = refusal(&with(&[("objective", "success")]), target);
        assert!(reason.contains("a ratio between 0 and 1"), "{reason}");
    }
    let both = with(&[("histogram", "h"), ("objective", "success")]);
    assert!(refusal(&both, 0.9).contains("of a function or of a histogram"));
    assert!(refusal(&[("objective", "success")], 0.9).contains("of a function or of a histogram"));
    for name in ["a-b", "a\"", "a b", "é", "{"] {
        let labels = [("histogram", name), ("objective", "latency"), ("threshold", "1")];
        assert!(refusal(&labels, 0.9).contains("cannot be the name of a histogram"), "{name}");
    }
}
