//! The period of a watch: snapshots of a registry from its start and from now.

use super::difference::{Difference, Since};
use super::similar;
use crate::names::OBJECTIVE_FAMILY;
use crate::registry::MetricsRegistry;
use crate::snapshot::FullSnapshot;
use std::collections::BTreeSet;

/// The time from the start of a watch until now.
pub(super) struct Period<'a> {
    pub(super) earlier: &'a FullSnapshot,
    pub(super) later: FullSnapshot,
    /// The difference between the two.
    pub(super) difference: FullSnapshot,
    /// Module and name of all functions that the registry knows, including those without counts.
    functions: Vec<(&'static str, String)>,
    is_global: bool,
    registry: &'a MetricsRegistry,
    of_thread: bool,
    pub(super) since: Since,
}

impl<'a> Period<'a> {
    pub(super) fn until_now(
        registry: &'a MetricsRegistry,
        earlier: &'a FullSnapshot,
        since: Since,
        of_thread: bool,
    ) -> Self {
        let later = if of_thread { registry.snapshot_of_thread() } else { registry.snapshot_all() };
        Period {
            earlier,
            difference: later.since(earlier),
            later,
            // After the snapshot, which resolves their names.
            functions: registry.function_names(),
            is_global: registry.is_global(),
            registry,
            of_thread,
            since,
        }
    }

    /// Returns whether all functions and metrics of the program are known before their first use.
    pub(super) fn finds_all(&self) -> bool {
        self.registry.finds_all()
    }

    /// Returns a hint for messages if only this thread is watched: its calls may have been on another one.
    pub(super) fn hint(&self) -> &'static str {
        if self.of_thread {
            "\n  other threads, also those that the test starts, are not counted: `testing::watch()` counts all"
        } else {
            ""
        }
    }

    /// Returns the phrase for messages if only this thread is watched.
    pub(super) fn scope(&self) -> &'static str {
        if self.of_thread { " on this thread" } else { "" }
    }

    /// Returns an error if only this thread is watched, and the metric `name` is not counted by thread.
    pub(super) fn check_shared(&self, name: &str) -> Result<(), String> {
        if !self.of_thread || self.registry.counts_by_thread(name) {
            return Ok(());
        }
        Err("all threads share it, so a watch of one thread cannot tell which thread changed it: use `testing::watch()`"
            .to_owned())
    }

    /// Returns the modules with a function `name`, which may include the module.
    fn modules_of(&self, name: &str) -> Vec<&str> {
        let is_named = |module: &str, function: &str| {
            let in_its_module = || name.strip_prefix(module)?.strip_prefix("::");
            function == name || in_its_module() == Some(function)
        };
        let named = self.functions.iter().filter(|(module, function)| is_named(module, function));
        let mut modules: Vec<&str> = named.map(|(module, _)| *module).collect();
        modules.sort_unstable();
        modules.dedup();
        modules
    }

    pub(super) fn has_function(&self, name: &str) -> bool {
        !self.modules_of(name).is_empty()
    }

    /// Returns the module of the function `name`, or why it is unknown.
    pub(super) fn module_of(&self, name: &str) -> Result<&str, Unknown> {
        match self.modules_of(name).as_slice() {
            [module] => Ok(module),
            [] if self.exported_name(name).is_some() => {
                let text = format!("{name:?} is a metric, not a function: use `metric({name:?})`");
                Err(Unknown::Misspelt(text))
            }
            [] => Err(self.unknown_function(name)),
            modules => {
                let paths: Vec<String> = modules.iter().map(|module| format!("{module}::{name}")).collect();
                let paths = similar::quoted(paths.iter().map(String::as_str));
                let text = format!("several functions are called {name:?}: use one of {paths}");
                Err(Unknown::Misspelt(text))
            }
        }
    }

    /// Returns the names of all functions, with their module if `name` includes it.
    fn function_names(&self, name: &str) -> Vec<String> {
        let in_same_form = |(module, function): &(&str, String)| {
            let is_of_module = name.strip_prefix(module).is_some_and(|rest| rest.starts_with("::"));
            if is_of_module { format!("{module}::{function}") } else { function.clone() }
        };
        self.functions.iter().map(in_same_form).collect()
    }

    fn unknown_function(&self, name: &str) -> Unknown {
        let known = self.function_names(name);
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let mut text =
            format!("no instrumented function is called {name:?}; {}", similar::suggestion(name, &known));
        if !self.is_global {
            text += "\n  (This registry is not the global one, where functions without the option `registry` are.)";
        } else if known.is_empty() {
            text += "\n  (Without the feature `enabled` no function is instrumented.)";
        }
        if self.finds_all() {
            return Unknown::Misspelt(text);
        }
        text += "\n  (A function may be unknown here before its first call: see \"Limits\" in `docs::recording`.)";
        Unknown::MaybeUnused(text)
    }

    /// Returns the name under which the metric `name` is exported. It may also be the name that it was registered by.
    pub(super) fn exported_name(&self, name: &str) -> Option<String> {
        let families = self.later.families();
        let is_exported = |name: &str| families.iter().any(|family| family.name == name);
        // A family without series is not exported.
        if is_exported(name) || self.later.declared.contains_key(name) {
            return Some(name.to_owned());
        }
        self.later.histograms.contains_key(name).then(|| format!("{name}_latency_us"))
    }

    /// Returns why the metric `name` is unknown.
    pub(super) fn unknown_metric(&self, name: &str) -> Unknown {
        if self.has_function(name) {
            let text = format!("{name:?} is a function, not a metric: use `function({name:?})`");
            return Unknown::Misspelt(text);
        }
        let known = self.metric_names();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let text = format!("no metric is called {name:?}; {}", similar::suggestion(name, &known));
        if self.finds_all() || !self.is_global { Unknown::Misspelt(text) } else { Unknown::MaybeUnused(text) }
    }

    /// Returns the names of the metrics of the program.
    fn metric_names(&self) -> BTreeSet<String> {
        let families = self.later.families().into_iter().map(|family| family.name.into_owned());
        let families = families.filter(|name| !is_of_functions(name) && !is_self_metric(name));
        let declared = self.later.declared.keys().filter(|name| *name != OBJECTIVE_FAMILY);
        families.chain(declared.cloned()).collect()
    }

    /// Returns the error for a name that neither a function nor a metric has.
    pub(super) fn unknown(&self, name: &str) -> Difference {
        let (functions, metrics) = (self.function_names(name), self.metric_names());
        let known: Vec<&str> = functions.iter().chain(&metrics).map(String::as_str).collect();
        Difference::new(format!("nothing is called {name:?}; {}", similar::suggestion(name, &known)))
    }
}

/// Why a function or a metric is unknown.
pub(super) enum Unknown {
    /// It does not exist.
    Misspelt(String),
    /// It does not exist, or was not used yet: on this target, statics are not found before their first use.
    MaybeUnused(String),
}

/// Returns whether a family belongs to instrumented functions, which have an expectation of their own, or shows objectives, which count
/// nothing.
pub(super) fn is_of_functions(family: &str) -> bool {
    ["function_calls_", "function_duration_"].iter().any(|prefix| family.starts_with(prefix))
        || [
            "function_cancellations_total",
            "function_errors_total",
            "function_sample_interval",
            OBJECTIVE_FAMILY,
        ]
        .contains(&family)
}

/// Returns whether a family is a self-metric of the library.
pub(super) fn is_self_metric(family: &str) -> bool {
    family.starts_with("tachometer_")
}

/// Returns whether `family` belongs to the metric `name`. It may also be the name that it was registered by.
pub(super) fn belongs_to(family: &str, name: &str, snapshot: &FullSnapshot) -> bool {
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
