//! The functions in an answer of an endpoint.

use crate::parse::{Sample, for_each_sample};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The labels that tell functions apart, sorted by name. The endpoint may have added some, such as an instance.
pub(crate) type Identity = Vec<(String, String)>;

/// An answer of an endpoint.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) functions: BTreeMap<Identity, Function>,
    /// The number of lines that could not be read.
    pub(crate) unread: usize,
    /// The labels and the targets of objectives.
    pub(crate) objectives: Vec<(Vec<(String, String)>, f64)>,
}

/// The state of a function, or what was added to it in an interval.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Function {
    pub(crate) ok: f64,
    pub(crate) errors: f64,
    pub(crate) panics: f64,
    pub(crate) cancelled: f64,
    pub(crate) in_flight: Option<f64>,
    /// The timed calls, and the sum of their seconds.
    pub(crate) timed: f64,
    pub(crate) seconds: f64,
    /// Upper bounds in seconds, with the number of timed calls up to each; sorted.
    pub(crate) buckets: Vec<(f64, f64)>,
    /// The extremes of all calls since the start.
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
}

/// Labels that tell samples of one function apart.
const OF_SAMPLES: [&str; 4] = ["outcome", "le", "error_kind", "stage"];

const FAMILIES: [&str; 7] = [
    "function_calls_total",
    "function_calls_in_flight",
    "function_duration_seconds_bucket",
    "function_duration_seconds_sum",
    "function_duration_seconds_count",
    "function_duration_min_seconds",
    "function_duration_max_seconds",
];

const OBJECTIVE: &str = "slo_objective";

/// Returns the message about lines that could not be read.
pub(crate) fn unread(lines: usize) -> String {
    match lines {
        1 => "1 line of the answer could not be read".to_owned(),
        lines => format!("{lines} lines of the answer could not be read"),
    }
}

impl Answer {
    /// Reads the functions in a text of Prometheus.
    pub(crate) fn read(text: &str) -> Self {
        let mut answer = Answer::default();
        let is_wanted = |name: &str| name == OBJECTIVE || FAMILIES.contains(&name);
        answer.unread = for_each_sample(text, is_wanted, |sample| answer.add(&sample));
        for function in answer.functions.values_mut() {
            function.buckets.sort_by(|(a, _), (b, _)| a.total_cmp(b));
            function.buckets.dedup_by(|(a, _), (b, _)| a.total_cmp(b).is_eq());
        }
        answer
    }

    fn add(&mut self, sample: &Sample<'_>) {
        let labels = &sample.labels;
        let owned = |(name, value): &(&str, Cow<'_, str>)| ((*name).to_owned(), value.clone().into_owned());
        if sample.name == OBJECTIVE {
            self.objectives.push((labels.iter().map(owned).collect(), sample.value));
            return;
        }
        // What is no number is no state of a function.
        if sample.value.is_nan() {
            return;
        }
        let mut identity: Identity =
            labels.iter().filter(|(name, _)| !OF_SAMPLES.contains(name)).map(owned).collect();
        identity.sort();
        let label = |wanted| labels.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.as_ref());
        let function = self.functions.entry(identity).or_default();
        let value = sample.value;
        match sample.name {
            "function_calls_total" => match label("outcome") {
                Some("error") => function.errors += value,
                Some("panic") => function.panics += value,
                Some("cancelled") => function.cancelled += value,
                _ => function.ok += value,
            },
            "function_calls_in_flight" => function.in_flight = Some(value),
            "function_duration_seconds_sum" => function.seconds = value,
            "function_duration_seconds_count" => function.timed = value,
            "function_duration_min_seconds" => function.min = Some(value),
            "function_duration_max_seconds" => function.max = Some(value),
            _ => {
                let bound = label("le").and_then(|bound| bound.parse().ok());
                function.buckets.extend(bound.map(|bound: f64| (bound, value)));
            }
        }
    }
}

impl Function {
    /// Returns the number of calls that have ended.
    pub(crate) fn calls(&self) -> f64 {
        self.ok + self.errors + self.panics + self.cancelled
    }

    /// Returns what was added since `earlier`; everything if a count is lower than it was, since the program has begun anew.
    pub(crate) fn since(&self, earlier: &Function) -> Function {
        if self.is_anew(earlier) {
            return self.clone();
        }
        let before = |bound: f64| {
            earlier.buckets.iter().find(|(other, _)| other.total_cmp(&bound).is_eq()).map(|(_, count)| *count)
        };
        Function {
            ok: self.ok - earlier.ok,
            errors: self.errors - earlier.errors,
            panics: self.panics - earlier.panics,
            cancelled: self.cancelled - earlier.cancelled,
            timed: self.timed - earlier.timed,
            seconds: (self.seconds - earlier.seconds).max(0.0),
            // Bounds that were not there before say nothing of the interval.
            buckets: self
                .buckets
                .iter()
                .filter_map(|&(bound, count)| Some((bound, count - before(bound)?)))
                .collect(),
            ..self.clone()
        }
    }

    /// Returns whether a count is lower than it was.
    pub(crate) fn is_anew(&self, earlier: &Function) -> bool {
        let counts = |function: &Function| {
            [function.ok, function.errors, function.panics, function.cancelled, function.timed]
        };
        counts(self).into_iter().zip(counts(earlier)).any(|(now, before)| now < before)
    }

    /// Returns how long all calls took together. If not all are timed, it is estimated from those that are.
    pub(crate) fn busy(&self) -> f64 {
        if self.timed > 0.0 { self.seconds * (self.calls() / self.timed).max(1.0) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
function_calls_total{function="f",module="m",outcome="ok",zone="a"} 5
function_calls_total{function="f",module="m",outcome="error",zone="a"} 2
function_calls_total{function="f",module="m",outcome="panic",zone="a"} 1
function_calls_total{function="f",module="m",outcome="cancelled",zone="a"} 3
function_calls_in_flight{zone="a",function="f",module="m"} 4
function_duration_seconds_bucket{function="f",module="m",zone="a",le="+Inf"} 11
function_duration_seconds_bucket{function="f",module="m",zone="a",le="0.5"} 9
function_duration_seconds_sum{function="f",module="m",zone="a"} 2.5
function_duration_seconds_count{function="f",module="m",zone="a"} 11
function_duration_max_seconds{function="f",module="m",zone="a"} 0.75
slo_objective{function="f",module="m"} 1
function_calls_total{function="broken
other{x="y"
"#;

    #[test]
    fn samples_of_one_function_are_put_together_whatever_labels_are_added() {
        let answer = Answer::read(TEXT);
        assert_eq!((answer.functions.len(), answer.unread, answer.objectives.len()), (1, 1, 1));
        let (identity, function) = answer.functions.iter().next().unwrap();
        assert_eq!(
            identity.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            ["function", "module", "zone"]
        );
        assert_eq!((function.ok, function.errors, function.panics, function.cancelled), (5.0, 2.0, 1.0, 3.0));
        assert_eq!((function.in_flight, function.max, function.min), (Some(4.0), Some(0.75), None));
        assert_eq!(function.buckets, [(0.5, 9.0), (f64::INFINITY, 11.0)]);
    }

    #[test]
    fn a_program_that_began_anew_has_made_all_its_calls_since() {
        let function = |ok, seconds| Function {
            ok,
            timed: ok,
            seconds,
            buckets: vec![(1.0, ok)],
            ..Function::default()
        };
        assert_eq!(function(7.0, 3.0).since(&function(5.0, 1.0)), function(2.0, 2.0));
        assert_eq!(function(4.0, 0.5).since(&function(5.0, 1.0)), function(4.0, 0.5));
    }

    #[test]
    fn the_time_of_sampled_calls_stands_for_all() {
        let function = Function { ok: 16.0, timed: 4.0, seconds: 2.0, ..Function::default() };
        assert!((function.busy() - 8.0).abs() < 1e-9);
    }
}
