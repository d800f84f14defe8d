//! What a registry showed when its watch began and what it shows now.

use super::difference::Since;
use super::similar;
use crate::linked;
use crate::registry::MetricsRegistry;
use crate::snapshot::FullSnapshot;

/// From the begin of a watch until now.
pub(super) struct Period<'a> {
    pub(super) earlier: &'a FullSnapshot,
    pub(super) later: FullSnapshot,
    /// What happened in between.
    pub(super) difference: FullSnapshot,
    /// Module and name of the functions that the registry knows, also of those that show nothing yet.
    functions: Vec<(&'static str, String)>,
    is_global: bool,
    pub(super) since: Since,
}

impl<'a> Period<'a> {
    pub(super) fn until_now(registry: &MetricsRegistry, earlier: &'a FullSnapshot, since: Since) -> Self {
        let later = registry.snapshot_all();
        Period {
            earlier,
            difference: later.since(earlier),
            later,
            // After the snapshot, which finds their names.
            functions: registry.function_names(),
            is_global: registry.is_global(),
            since,
        }
    }

    /// The module of the function that is called `name`; else why there is none.
    pub(super) fn module_of(&self, name: &str) -> Result<&str, Unknown> {
        let is_named = |module: &str, function: &str| {
            function == name
                || name.strip_prefix(module).and_then(|rest| rest.strip_prefix("::")) == Some(function)
        };
        let named = self.functions.iter().filter(|(module, function)| is_named(module, function));
        let mut modules: Vec<&str> = named.map(|(module, _)| *module).collect();
        modules.sort_unstable();
        modules.dedup();
        match modules.as_slice() {
            [module] => Ok(module),
            [] if self.printed_name(name).is_some() => Err(Unknown::Misspelt(format!(
                "{name:?} is no function but a metric: say `metric({name:?})`"
            ))),
            [] => Err(self.unknown_function(name)),
            modules => {
                let paths: Vec<String> = modules.iter().map(|module| format!("{module}::{name}")).collect();
                let paths = similar::quoted(paths.iter().map(String::as_str));
                Err(Unknown::Misspelt(format!(
                    "{name:?} is the name of several functions: say which, of {paths}"
                )))
            }
        }
    }

    fn unknown_function(&self, name: &str) -> Unknown {
        // With its module, where one was asked for.
        let known: Vec<String> = self
            .functions
            .iter()
            .map(|(module, function)| {
                if name.contains("::") && name.starts_with(module) {
                    format!("{module}::{function}")
                } else {
                    function.clone()
                }
            })
            .collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let mut text =
            format!("no instrumented function is called {name:?}; {}", similar::instead(name, &known));
        if !self.is_global {
            text += "\n  (This registry is not the global one, where functions without the option `registry` are.)";
        } else if known.is_empty() {
            text += "\n  (Without the feature `enabled` no function is instrumented.)";
        }
        if linked::FINDS_ALL { Unknown::Misspelt(text) } else { Unknown::MaybeUnused(text) }
    }

    /// What the metric that is called `name`, or was registered as that, is printed as.
    pub(super) fn printed_name(&self, name: &str) -> Option<String> {
        let families = self.later.families();
        let is_printed = |name: &str| families.iter().any(|family| family.name == name);
        // One without a series yet is not printed.
        if is_printed(name) || self.later.declared.contains_key(name) {
            return Some(name.to_owned());
        }
        self.later.histograms.contains_key(name).then(|| format!("{name}_latency_us"))
    }

    pub(super) fn unknown_metric(&self, name: &str) -> Unknown {
        if self.module_of(name).is_ok() {
            return Unknown::Misspelt(format!(
                "{name:?} is no metric but a function: say `function({name:?})`"
            ));
        }
        let families = self.later.families();
        let all =
            families.iter().map(|family| &*family.name).chain(self.later.declared.keys().map(String::as_str));
        let mut known: Vec<&str> =
            all.filter(|name| !is_of_functions(name) && !is_of_the_library(name)).collect();
        known.sort_unstable();
        known.dedup();
        let text = format!("no metric is called {name:?}; {}", similar::instead(name, &known));
        if linked::FINDS_ALL || !self.is_global {
            Unknown::Misspelt(text)
        } else {
            Unknown::MaybeUnused(text)
        }
    }
}

/// Why something is not known.
pub(super) enum Unknown {
    /// There is none.
    Misspelt(String),
    /// There is none, or it was not used yet: here nobody finds what is linked in.
    MaybeUnused(String),
}

/// Whether a family is of functions, which have an expectation of their own.
pub(super) fn is_of_functions(family: &str) -> bool {
    ["function_calls_", "function_duration_"].iter().any(|prefix| family.starts_with(prefix))
        || ["function_errors_total", "function_sample_interval"].contains(&family)
}

/// Whether a family says something of the library itself.
pub(super) fn is_of_the_library(family: &str) -> bool {
    family.starts_with("tachometer_")
}

/// Whether `family` is printed of what is called, or was registered as, `name`.
pub(super) fn is_printed_of(family: &str, name: &str, snapshot: &FullSnapshot) -> bool {
    match family.strip_prefix(name) {
        Some("") => true,
        Some("_latency_us") => snapshot.histograms.contains_key(name),
        Some("_min" | "_max") => snapshot.minmax.contains_key(name),
        Some("_requests" | "_errors" | "_bytes_sent" | "_active_connections") => {
            snapshot.metrics.contains_key(name)
        }
        _ => false,
    }
}
