//! The rule file for Prometheus.
//!
//! 1. For each objective, the rates of all calls and of bad ones are recorded, over five minutes.
//! 2. The share of bad calls over each window is that of the sums of these rates. So long windows read a few recorded series, and not days
//!    of every bucket.
//! 3. Alerts compare two windows with the error budget. The long one tells that much of it is spent, the short one that this goes on.
//!
//! The rules of functions hold for all of them; those of histograms are repeated for each name.

use super::objective::{Objective, Subject};
use crate::snapshot::FullSnapshot;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The windows after the first, whose rates are recorded themselves.
const LONGER_WINDOWS: [&str; 6] = ["30m", "1h", "2h", "6h", "1d", "3d"];

const HEADER: &str = "\
# Recording rules and alerts for the objectives of programs that use tachometer: `slo_objective`.
# Windows and burn rates are those of Google's SRE workbook, \"Alerting on SLOs\".
groups:
";

const SUCCESS: &str = r#"- name: slo-functions
  rules:
  - record: slo:calls:rate5m
    labels: {objective: success}
    expr: |-
      sum by (job, function, module) (rate(function_calls_total[5m]))
      and on (job, function, module) last_over_time(slo_objective{objective="success"}[5m])
  - record: slo:errors:rate5m
    labels: {objective: success}
    expr: |-
      sum by (job, function, module) (rate(function_calls_total{outcome=~"error|panic"}[5m]))
      and on (job, function, module) last_over_time(slo_objective{objective="success"}[5m])
"#;

const BUDGET: &str = r"- name: slo
  rules:
  - record: slo:error_budget:ratio
    expr: 1 - max by (job, function, module, histogram, objective, threshold) (last_over_time(slo_objective[5m]))
  - record: slo:error_ratio:rate5m
    expr: slo:errors:rate5m / slo:calls:rate5m
";

/// Calls that are counted and not measured: without this alert, their objective would be silent.
const WITHOUT_DATA: &str = r#"  - alert: SloWithoutData
    expr: |-
      max by (job, function, module, objective, threshold) (slo_objective{objective="latency"})
      and on (job, function, module) function_calls_total
      unless on (job, function, module, threshold) slo:calls:rate5m
    for: 15m
    labels: {severity: ticket}
    annotations:
      summary: 'The latency objective of {{ $labels.function }} ({{ $labels.job }}) has no data'
      description: 'There is no bucket le="{{ $labels.threshold }}" of function_duration_seconds. A scrape of native histograms needs always_scrape_classic_histograms.'
"#;

/// An alert: its name and severity, the burn rates with their long and short windows, and what to do.
struct Alert {
    name: &'static str,
    severity: &'static str,
    burns: [(&'static str, &'static str, &'static str); 2],
}

const ALERTS: [Alert; 2] = [
    Alert { name: "SloBurnRateFast", severity: "page", burns: [("14.4", "1h", "5m"), ("6", "6h", "30m")] },
    Alert { name: "SloBurnRateSlow", severity: "ticket", burns: [("3", "1d", "2h"), ("1", "3d", "6h")] },
];

/// Returns the rule file for these objectives, in YAML.
///
/// The rules of functions are the same for any number of them, and are there even if `objectives` is empty: they hold for each function
/// that exports an objective. Each histogram has rules of its own, so a new one needs a new file.
///
/// ```
/// let rules = tachometer::slo::rules(&[]);
/// assert!(rules.contains("- alert: SloBurnRateFast\n"));
/// ```
pub fn rules(objectives: &[Objective]) -> String {
    let mut text = [HEADER, SUCCESS].concat();
    push_latency(&mut text, "function_duration_seconds", "function, module, ", "objective", "latency");
    let histograms: BTreeSet<&str> = objectives.iter().filter_map(histogram).collect();
    for name in histograms {
        push(&mut text, format_args!("- name: \"slo-histogram-{name}\"\n  rules:\n"));
        push_latency(&mut text, name, "", "histogram", name);
    }
    text.push_str(BUDGET);
    for window in LONGER_WINDOWS {
        push(
            &mut text,
            format_args!(
                "  - record: slo:error_ratio:rate{window}\n    \
                     expr: sum_over_time(slo:errors:rate5m[{window}]) / sum_over_time(slo:calls:rate5m[{window}])\n"
            ),
        );
    }
    text.push_str(WITHOUT_DATA);
    for alert in &ALERTS {
        push_alert(&mut text, alert);
    }
    text
}

fn histogram(objective: &Objective) -> Option<&str> {
    match objective.subject() {
        Subject::Histogram { name } => Some(name),
        Subject::Function { .. } => None,
    }
}

/// Appends the rates of a histogram's values, all and those above the threshold, summed by `by`. The objectives have the label `label` with
/// the value `value`.
///
/// Of an instance without the bucket no value counts: it may run a version of the program with other bounds.
fn push_latency(text: &mut String, histogram: &str, by: &str, label: &str, value: &str) {
    let labels = if label == "objective" {
        "objective: latency".to_owned()
    } else {
        format!("objective: latency, {label}: \"{value}\"")
    };
    let (bucket, count) = (format!("rate({histogram}_bucket[5m])"), format!("rate({histogram}_count[5m])"));
    for (record, rate) in [
        ("calls", format!("{bucket} * 0 + ignoring (le) group_left {count}")),
        ("errors", format!("-({bucket} - ignoring (le) group_left {count})")),
    ] {
        push(
            text,
            format_args!(
                "  - record: slo:{record}:rate5m\n    \
                     labels: {{{labels}}}\n    \
                     expr: |-\n      \
                       sum by (job, {by}threshold) (label_replace(\n        \
                         {rate},\n        \
                         \"threshold\", \"$1\", \"le\", \"(.+)\"))\n      \
                       and on (job, {by}threshold) last_over_time(slo_objective{{{label}=\"{value}\"}}[5m])\n"
            ),
        );
    }
}

fn push_alert(text: &mut String, Alert { name, severity, burns }: &Alert) {
    push(text, format_args!("  - alert: {name}\n    expr: |-\n"));
    for (index, (burn, long, short)) in burns.iter().enumerate() {
        let or = if index == 0 { "" } else { "or " };
        push(
            text,
            format_args!(
                "      {or}slo:error_ratio:rate{long} > {burn} * slo:error_budget:ratio\n      \
                 and slo:error_ratio:rate{short} > {burn} * slo:error_budget:ratio\n"
            ),
        );
    }
    push(text, format_args!("    labels: {{severity: {severity}}}\n"));
    text.push_str(ANNOTATIONS);
}

const ANNOTATIONS: &str = r"    annotations:
      summary: '{{ or $labels.function $labels.histogram }} ({{ $labels.job }}) spends its error budget too fast: {{ $labels.objective }}'
      description: '{{ $value | humanizePercentage }} {{ if $labels.threshold }}are above {{ $labels.threshold }}{{ else }}end in an error or a panic{{ end }}{{ if $labels.module }}, in the module {{ $labels.module }}{{ end }}.'
";

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("writing to a string cannot fail");
}

impl FullSnapshot {
    /// Returns the rule file for the objectives of this snapshot; see [`slo::rules`](rules).
    pub fn slo_rules(&self) -> String {
        rules(&self.objectives())
    }
}
