//! A table of functions: totals since the start of the program, or what happened in an interval.

use super::estimate::Estimate;
use super::functions::{Answer, Function, Identity};
use crate::text::clean;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The rows of a table.
#[derive(Debug, Default)]
pub(crate) struct View {
    pub(crate) rows: Vec<Row>,
    /// The length of the interval; `None` if it is the time since the start, which the endpoint does not tell.
    pub(crate) interval: Option<Duration>,
}

/// A function.
#[derive(Debug)]
pub(crate) struct Row {
    /// Clean, and with the module if several functions have the same name.
    pub(crate) name: String,
    /// Clean: also the module, to be found by it.
    pub(crate) full_name: String,
    pub(crate) function: Function,
    pub(crate) p50: Estimate,
    pub(crate) p95: Estimate,
    pub(crate) p99: Estimate,
    pub(crate) max: Estimate,
}

impl View {
    /// Returns the totals since the start.
    pub(crate) fn totals(answer: &Answer) -> Self {
        let functions =
            answer.functions.iter().map(|(identity, function)| (identity, function.clone(), None));
        View { rows: rows(functions.collect()), interval: None }
    }

    /// Returns what happened between two answers. A function that the earlier one has not began in between.
    pub(crate) fn between(earlier: &Answer, later: &Answer, interval: Duration) -> Self {
        let since = |(identity, function): (&'_ Identity, &Function)| {
            let earlier = earlier.functions.get(identity).filter(|earlier| !function.is_anew(earlier));
            earlier.map_or_else(|| function.clone(), |earlier| function.since(earlier))
        };
        let functions = later.functions.iter().map(|(identity, function)| {
            let before = earlier.functions.get(identity).filter(|earlier| !function.is_anew(earlier));
            (identity, since((identity, function)), before)
        });
        View { rows: rows(functions.collect()), interval: Some(interval) }
    }
}

fn rows(functions: Vec<(&Identity, Function, Option<&Function>)>) -> Vec<Row> {
    let label = |identity: &Identity, wanted: &str| {
        identity.iter().find(|(name, _)| name == wanted).map_or_else(String::new, |(_, value)| value.clone())
    };
    let mut modules: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (identity, ..) in &functions {
        modules.entry(label(identity, "function")).or_default().insert(label(identity, "module"));
    }
    let row = |(identity, function, before): (&Identity, Function, Option<&Function>)| {
        let (name, module) = (label(identity, "function"), label(identity, "module"));
        let others: Vec<String> = identity
            .iter()
            .filter(|(name, _)| name != "function" && name != "module")
            .map(|(name, value)| format!("{name}={value:?}"))
            .collect();
        let labels = if others.is_empty() { String::new() } else { format!("{{{}}}", others.join(",")) };
        let full_name = clean(&format!("{module}::{name}{labels}"));
        let is_ambiguous = modules[&name].len() > 1;
        let short_name = || clean(&format!("{name}{labels}"));
        let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|p| function.percentile(p));
        Row {
            name: if is_ambiguous { full_name.clone() } else { short_name() },
            full_name,
            p50,
            p95,
            p99,
            max: function.longest(before),
            function,
        }
    };
    functions.into_iter().map(row).collect()
}

impl Row {
    /// Returns the share of errors in the calls that ended; `None` if there were none.
    pub(crate) fn error_share(&self) -> Option<f64> {
        let calls = self.function.calls();
        (calls > 0.0).then(|| self.function.errors / calls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_modules_only_if_they_must_and_labels_always() {
        let answer = Answer::read(
            "function_calls_total{function=\"a\",module=\"x\",outcome=\"ok\"} 1\n\
             function_calls_total{function=\"a\",module=\"y\",outcome=\"ok\"} 1\n\
             function_calls_total{function=\"b\\u001b\",module=\"y\",instance=\"\x1b[2J\",outcome=\"ok\"} 1\n",
        );
        let names: Vec<_> = View::totals(&answer).rows.into_iter().map(|row| row.name).collect();
        assert_eq!(names, ["x::a", "y::a", "b\\u001b{instance=\"\\u{1b}[2J\"}"]);
    }

    #[test]
    fn an_interval_has_what_was_added_and_new_functions_whole() {
        let text = |a, b| format!("function_calls_total{{function=\"a\",outcome=\"error\"}} {a}\n{b}");
        let earlier = Answer::read(&text(10, ""));
        let later = Answer::read(&text(14, "function_calls_total{function=\"b\",outcome=\"ok\"} 3\n"));
        let view = View::between(&earlier, &later, Duration::from_secs(2));
        let calls: Vec<_> = view.rows.iter().map(|row| (row.function.calls(), row.error_share())).collect();
        assert_eq!(calls, [(4.0, Some(1.0)), (3.0, Some(0.0))]);
    }
}
