//! The series of objectives in a snapshot.

use crate::encode::float_text;
use crate::labels::SeriesLabels;
use crate::names::OBJECTIVE_FAMILY;
use crate::objective::{FunctionObjectives, LatencyObjective, Target};
use crate::snapshot::FullSnapshot;
use crate::snapshot::families::{FamilySnapshot, MetricKind, SampleValue, SeriesSnapshot};

const HELP: &str = "The share of calls that are to succeed, or to take at most the threshold.";

/// Adds the objectives of a function to a snapshot.
pub(crate) fn add_objectives_of_function(
    snapshot: &mut FullSnapshot,
    (function, module): (&str, &str),
    objectives: &FunctionObjectives,
) {
    let subject = [("function", function), ("module", module)];
    if let Some(target) = objectives.success {
        let labels = SeriesLabels::new(subject.into_iter().chain([("objective", "success")]));
        add(snapshot, labels, target);
    }
    if let Some(latency) = objectives.latency {
        add_latency(snapshot, &subject, latency);
    }
}

/// Adds the objective of a histogram to a snapshot.
pub(crate) fn add_objective_of_histogram(
    snapshot: &mut FullSnapshot,
    name: &str,
    objective: LatencyObjective,
) {
    add_latency(snapshot, &[("histogram", name)], objective);
}

fn add_latency(snapshot: &mut FullSnapshot, subject: &[(&str, &str)], objective: LatencyObjective) {
    let threshold = float_text(objective.threshold());
    let kind = [("objective", "latency"), ("threshold", &threshold)];
    let labels = SeriesLabels::new(subject.iter().copied().chain(kind));
    add(snapshot, labels, objective.target());
}

/// Adds a series in order. If two functions share a name, which then is one series, the higher target holds.
fn add(snapshot: &mut FullSnapshot, labels: SeriesLabels, target: Target) {
    let family = snapshot.declared.entry(OBJECTIVE_FAMILY.to_owned()).or_insert_with(|| {
        snapshot.help.insert(OBJECTIVE_FAMILY.to_owned(), HELP.to_owned());
        FamilySnapshot::new(MetricKind::Gauge, Vec::new())
    });
    let ratio = target.ratio();
    match family.series.binary_search_by(|series| series.labels.printed().cmp(labels.printed())) {
        Ok(index) => {
            let known = family.series[index].value.as_quantity().unwrap_or_default();
            family.series[index].value = SampleValue::Quantity(known.max(ratio));
        }
        Err(index) => {
            family.series.insert(index, SeriesSnapshot::new(labels, SampleValue::Quantity(ratio)));
        }
    }
}
