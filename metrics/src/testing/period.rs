//! What a registry showed when its watch began and what it shows now.

use super::difference::{Difference, Since};
use super::similar;
use crate::registry::MetricsRegistry;
use crate::snapshot::FullSnapshot;
use std::collections::BTreeSet;

/// From the begin of a watch until now.
pub(super) struct Period<'a> {
    pub(super) earlier: &'a FullSnapshot,
    pub(super) later: FullSnapshot,
    /// What happened in between.
    pub(super) difference: FullSnapshot,
    /// Module and name of the functions that the registry knows, also of those that show nothing yet.
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
            // After the snapshot, which finds their names.
            functions: registry.function_names(),
            is_global: registry.is_global(),
            registry,
            of_thread,
            since,
        }
    }

    /// Whether all functions and metrics of the program are found without being used.
    pub(super) fn finds_all(&self) -> bool {
        self.registry.finds_all()
    }

    /// What only this thread is watched for, if so: for a message.
    pub(super) fn scope(&self) -> &'static str {
        if self.of_thread { " on this thread" } else { "" }
    }

    /// Says so where only this thread is watched, and what is printed as `name` cannot be told apart by threads.
    pub(super) fn check_shared(&self, name: &str) -> Result<(), String> {
        if !self.of_thread || self.registry.counts_by_thread(name) {
            return Ok(());
        }
        Err("all threads share it, so a watch of one thread cannot tell who changed it: begin one with `testing::watch()`"
            .to_owned())
    }

    /// The modules with a function that is called `name`, with or without its module.
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

    /// The module of the function that is called `name`; else why there is none.
    pub(super) fn module_of(&self, name: &str) -> Result<&str, Unknown> {
        match self.modules_of(name).as_slice() {
            [module] => Ok(module),
            [] if self.printed_name(name).is_some() => {
                let text = format!("{name:?} is no function but a metric: say `metric({name:?})`");
                Err(Unknown::Misspelt(text))
            }
            [] => Err(self.unknown_function(name)),
            modules => {
                let paths: Vec<String> = modules.iter().map(|module| format!("{module}::{name}")).collect();
                let paths = similar::quoted(paths.iter().map(String::as_str));
                let text = format!("{name:?} is the name of several functions: say which, of {paths}");
                Err(Unknown::Misspelt(text))
            }
        }
    }

    /// The names that functions may be called by, when one is looked for that is called `name`.
    fn function_names(&self, name: &str) -> Vec<String> {
        let like_it = |(module, function): &(&str, String)| {
            let is_of_module = name.strip_prefix(module).is_some_and(|rest| rest.starts_with("::"));
            if is_of_module { format!("{module}::{function}") } else { function.clone() }
        };
        self.functions.iter().map(like_it).collect()
    }

    fn unknown_function(&self, name: &str) -> Unknown {
        let known = self.function_names(name);
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let mut text =
            format!("no instrumented function is called {name:?}; {}", similar::instead(name, &known));
        if !self.is_global {
            text += "\n  (This registry is not the global one, where functions without the option `registry` are.)";
        } else if known.is_empty() {
            text += "\n  (Without the feature `enabled` no function is instrumented.)";
        }
        if self.finds_all() {
            return Unknown::Misspelt(text);
        }
        text +=
            "\n  (One that was not called yet need not be known here: see \"Limits\" in `docs::recording`.)";
        Unknown::MaybeUnused(text)
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
        if self.has_function(name) {
            let text = format!("{name:?} is no metric but a function: say `function({name:?})`");
            return Unknown::Misspelt(text);
        }
        let known = self.metric_names();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let text = format!("no metric is called {name:?}; {}", similar::instead(name, &known));
        if self.finds_all() || !self.is_global { Unknown::Misspelt(text) } else { Unknown::MaybeUnused(text) }
    }

    /// What is printed of the program's metrics.
    fn metric_names(&self) -> BTreeSet<String> {
        let families = self.later.families().into_iter().map(|family| family.name.into_owned());
        let families = families.filter(|name| !is_of_functions(name) && !is_of_the_library(name));
        families.chain(self.later.declared.keys().cloned()).collect()
    }

    /// Where neither a function nor a metric is called `name`.
    pub(super) fn unknown(&self, name: &str) -> Difference {
        let (functions, metrics) = (self.function_names(name), self.metric_names());
        let known: Vec<&str> = functions.iter().chain(&metrics).map(String::as_str).collect();
        Difference::new(format!("nothing is called {name:?}; {}", similar::instead(name, &known)))
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
