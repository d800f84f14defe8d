//! The comparison: what each function did in each run, and which thresholds are exceeded.

use super::Thresholds;
use crate::text::clean;
use std::collections::BTreeMap;
use std::time::Duration;
use tachometer::{FullSnapshot, FunctionSnapshot};

/// All functions that either run has called, those that took most time in the new one first.
#[derive(Debug)]
pub(super) struct Comparison {
    pub(super) functions: Vec<Change>,
    pub(super) thresholds: Thresholds,
}

/// A function in both runs.
#[derive(Debug)]
pub(super) struct Change {
    /// Clean.
    pub(super) name: String,
    pub(super) old: Option<Numbers>,
    pub(super) new: Option<Numbers>,
    pub(super) exceeded: Vec<Exceeded>,
    /// Whether a threshold of durations was given, and not applied for want of calls.
    pub(super) is_spared: bool,
}

/// What a function did in a run. Times are in seconds; there are none without timed calls.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    pub(super) calls: u64,
    pub(super) errors: u64,
    pub(super) panics: u64,
    pub(super) cancelled: u64,
    pub(super) timed: u64,
    pub(super) total: f64,
    pub(super) mean: Option<f64>,
    pub(super) p50: Option<f64>,
    pub(super) p95: Option<f64>,
    pub(super) p99: Option<f64>,
}

/// A threshold that a function exceeds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Exceeded {
    ErrorShare { old: f64, new: f64, limit: f64 },
    Time { what: &'static str, old: f64, new: f64, limit: f64 },
    Missing,
}

impl Numbers {
    fn new(function: &FunctionSnapshot) -> Self {
        let seconds = |time: Option<Duration>| time.map(|time| time.as_secs_f64());
        let timed = function.timed();
        let scale = if timed == 0 { 0.0 } else { function.calls() as f64 / timed as f64 };
        Numbers {
            calls: function.calls(),
            errors: function.errors,
            panics: function.panics,
            cancelled: function.cancelled,
            timed,
            total: function.total_time().as_secs_f64() * scale,
            mean: seconds(function.mean()),
            p50: seconds(function.percentile(0.5)),
            p95: seconds(function.percentile(0.95)),
            p99: seconds(function.percentile(0.99)),
        }
    }

    /// Returns the share of errors and panics; 0 without calls.
    pub(super) fn error_share(&self) -> f64 {
        if self.calls == 0 { 0.0 } else { (self.errors + self.panics) as f64 / self.calls as f64 }
    }
}

impl Comparison {
    pub(super) fn new(old: &FullSnapshot, new: &FullSnapshot, thresholds: &Thresholds, filter: &str) -> Self {
        let filter = filter.to_lowercase();
        let mut pairs: BTreeMap<String, [Option<&FunctionSnapshot>; 2]> = BTreeMap::new();
        for (run, snapshot) in [old, new].into_iter().enumerate() {
            for function in snapshot.functions.iter().filter(|function| function.calls() > 0) {
                pairs.entry(full_name(function)).or_default()[run] = Some(function);
            }
        }
        let change = |(name, pair): (String, [Option<&FunctionSnapshot>; 2])| {
            let is_wanted = name.to_lowercase().contains(&filter);
            let [old, new] = pair.map(|function| function.map(Numbers::new));
            is_wanted.then(|| Change::new(name, old, new, thresholds))
        };
        let mut functions: Vec<Change> = pairs.into_iter().filter_map(change).collect();
        let total = |change: &Change| change.new.as_ref().map_or(-1.0, |numbers| numbers.total);
        functions.sort_by(|a, b| total(b).total_cmp(&total(a)));
        Comparison { functions, thresholds: thresholds.clone() }
    }

    /// Returns the number of functions that both runs have called.
    pub(super) fn in_both(&self) -> usize {
        self.functions.iter().filter(|change| change.old.is_some() && change.new.is_some()).count()
    }

    /// Returns the number of functions that only the old, or only the new run has called.
    pub(super) fn in_one(&self, is_old: bool) -> usize {
        let is_here = |change: &&Change| change.old.is_some() == is_old && change.new.is_some() != is_old;
        self.functions.iter().filter(is_here).count()
    }

    pub(super) fn is_exceeded(&self) -> bool {
        self.functions.iter().any(|change| !change.exceeded.is_empty())
    }
}

impl Change {
    fn new(name: String, old: Option<Numbers>, new: Option<Numbers>, thresholds: &Thresholds) -> Self {
        let mut change = Change { name, old, new, exceeded: Vec::new(), is_spared: false };
        match (&change.old, &change.new) {
            (Some(old), Some(new)) => {
                let (old_share, new_share) = (old.error_share(), new.error_share());
                // What rounding makes of a difference is none.
                if let Some(limit) = thresholds.error
                    && new_share - old_share > limit + 1e-12
                {
                    change.exceeded.push(Exceeded::ErrorShare { old: old_share, new: new_share, limit });
                }
                let times = [
                    ("mean", thresholds.mean, old.mean, new.mean),
                    ("p50", thresholds.p50, old.p50, new.p50),
                    ("p95", thresholds.p95, old.p95, new.p95),
                    ("p99", thresholds.p99, old.p99, new.p99),
                ];
                let has_few = old.timed.min(new.timed) < thresholds.min_calls;
                for (what, limit, old, new) in times {
                    if let (Some(limit), Some(old), Some(new)) = (limit, old, new) {
                        change.is_spared |= has_few;
                        if !has_few && new > old * (1.0 + limit) * (1.0 + 1e-12) {
                            change.exceeded.push(Exceeded::Time { what, old, new, limit });
                        }
                    }
                }
            }
            (Some(_), None) if thresholds.fails_if_missing => change.exceeded.push(Exceeded::Missing),
            _ => {}
        }
        change
    }
}

/// Returns what identifies a function, clean: no two texts have the same clean one by accident, as labels are quoted.
fn full_name(function: &FunctionSnapshot) -> String {
    let mut labels: Vec<_> =
        function.labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    // Other programs may have changed their order.
    labels.sort();
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    clean(&format!("{}::{}{labels}", function.module, function.function))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(calls: u64, errors: u64, time: f64) -> Numbers {
        let time = Some(time);
        Numbers {
            calls,
            errors,
            panics: 0,
            cancelled: 0,
            timed: calls,
            total: 1.0,
            mean: time,
            p50: time,
            p95: time,
            p99: time,
        }
    }

    fn exceeded(
        old: impl Into<Option<Numbers>>,
        new: impl Into<Option<Numbers>>,
        thresholds: &Thresholds,
    ) -> usize {
        Change::new(String::new(), old.into(), new.into(), thresholds).exceeded.len()
    }

    #[test]
    fn thresholds_hold_up_to_their_value() {
        let error = Thresholds { error: Some(0.005), ..Thresholds::new() };
        assert_eq!(exceeded(numbers(1000, 5, 1.0), numbers(200, 2, 9.0), &error), 0);
        assert_eq!(exceeded(numbers(1000, 5, 1.0), numbers(1000, 11, 1.0), &error), 1);
        let times = Thresholds { p99: Some(0.1), mean: Some(0.5), ..Thresholds::new() };
        assert_eq!(exceeded(numbers(100, 0, 0.001), numbers(100, 9, 0.001_1), &times), 0);
        assert_eq!(exceeded(numbers(100, 0, 0.001), numbers(100, 0, 0.001_2), &times), 1);
        assert_eq!(exceeded(numbers(100, 0, 0.001), numbers(100, 0, 0.002), &times), 2);
        assert_eq!(exceeded(numbers(100, 9, 0.002), numbers(100, 0, 0.001), &times), 0);
    }

    #[test]
    fn few_calls_and_functions_of_one_run_are_spared_unless_they_must_be_there() {
        let times = Thresholds { p99: Some(0.1), ..Thresholds::new() };
        let change =
            Change::new(String::new(), Some(numbers(99, 0, 1.0)), Some(numbers(500, 0, 9.0)), &times);
        assert!(change.exceeded.is_empty() && change.is_spared);
        assert_eq!(exceeded(numbers(100, 0, 1.0), None, &times), 0);
        let missing = Thresholds { fails_if_missing: true, ..Thresholds::new() };
        assert_eq!(exceeded(numbers(100, 0, 1.0), None, &missing), 1);
        assert_eq!(exceeded(None, numbers(100, 0, 1.0), &missing), 0);
    }
}
