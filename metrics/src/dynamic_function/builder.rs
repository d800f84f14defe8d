//! The description of a function at run time.

use super::function::DynamicFunction;
use super::labelled::LabelledFunction;
use crate::error::{Cause, Error};
use crate::function::{DEFAULT_BUCKETS, Description, Label, Name};
use crate::instrument::{BucketTable, LabelSets, Site, Wall};
use crate::names::{RESERVED_LABELS, is_label_name};
use crate::registry::MetricsRegistry;
use crate::sync::leak;

/// The most label sets of a function that was described without a cardinality limit.
const DEFAULT_MAX_LABEL_SETS: usize = 1_000;

impl MetricsRegistry {
    /// Describes a function called `name`, which is counted like an [instrumented](macro@crate::instrumented) one after it is
    /// [registered](FunctionBuilder::register); see [`DynamicFunction`].
    pub fn function(&self, name: impl Into<String>) -> FunctionBuilder<'_> {
        FunctionBuilder {
            registry: self,
            name: name.into(),
            module: String::new(),
            labels: Vec::new(),
            bounds: None,
            max_label_sets: DEFAULT_MAX_LABEL_SETS,
            is_busy: false,
            is_substitute: false,
            place: ("", 0),
        }
    }
}

/// The description of a function before its registration. See [`DynamicFunction`].
#[derive(Debug)]
#[must_use = "a function is registered by `register`"]
pub struct FunctionBuilder<'a> {
    registry: &'a MetricsRegistry,
    name: String,
    module: String,
    labels: Vec<(String, String)>,
    bounds: Option<Vec<u64>>,
    max_label_sets: usize,
    is_busy: bool,
    is_substitute: bool,
    place: (&'static str, u32),
}

impl FunctionBuilder<'_> {
    /// Sets the `module` label; without it, the label is empty.
    pub fn module(mut self, module: impl Into<String>) -> Self {
        self.module = module.into();
        self
    }

    /// Sets the place in the source that a snapshot [shows](crate::FunctionSnapshot::place): a file, as `file!()` names it, and a line.
    pub fn place(mut self, file: &'static str, line: u32) -> Self {
        self.place = (file, line);
        self
    }

    /// Adds a label with a constant value.
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.push((name.into(), value.into()));
        self
    }

    /// Sets the upper bounds of the latency buckets, in nanoseconds, as [`buckets::seconds`](crate::buckets::seconds) returns them. By
    /// default, they are those of instrumented functions.
    pub fn buckets(mut self, bounds: impl Into<Vec<u64>>) -> Self {
        self.bounds = Some(bounds.into());
        self
    }

    /// Measures only the time between [`Call::resume`](crate::Call::resume) and [`Call::pause`](crate::Call::pause), not the whole time
    /// of a call.
    pub fn busy_time(mut self) -> Self {
        self.is_busy = true;
        self
    }

    /// Leaves the function out of snapshots while an annotated function of the same module has the same name, or the same after its type:
    /// `add` for `Cart::add`. Both would count the same calls, those of a function with two annotations.
    pub fn unless_annotated(mut self) -> Self {
        self.is_substitute = true;
        self
    }

    /// Sets the most sets of values that the labels of [`register_with_labels`](Self::register_with_labels) take; calls with others
    /// count in the overflow series. By default, 1 000.
    ///
    /// # Panics
    /// If `max` is zero.
    pub fn max_label_sets(mut self, max: usize) -> Self {
        assert!(max > 0, "the number of label sets must be at least 1");
        self.max_label_sets = max;
        self
    }

    /// Registers the function, which is exported at zero from then on.
    ///
    /// Functions with the same module, name and labels are one series; each has cells of its own, so register a function once and
    /// keep it.
    ///
    /// # Errors
    /// If the name is empty; if a label's name is not valid, is given twice, or is one that the families of functions use; if the bounds do not strictly
    /// increase.
    pub fn register(self) -> Result<DynamicFunction, Error> {
        let is_busy = self.is_busy;
        Ok(DynamicFunction::new(self.site(&[])?, is_busy))
    }

    /// Registers the function with labels of these names, whose values are given at each call.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// # fn main() -> Result<(), tachometer::Error> {
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let handle = registry.function("handle").register_with_labels(["topic"])?;
    /// handle.with(["orders"]).begin().ok();
    ///
    /// let snapshot = registry.snapshot_all();
    /// assert_eq!(snapshot.function("handle").unwrap().labels, [("topic".into(), "orders".into())]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`register`](Self::register).
    pub fn register_with_labels<N: Into<String>>(
        self,
        labels: impl IntoIterator<Item = N>,
    ) -> Result<LabelledFunction, Error> {
        let labels: Vec<&'static str> = labels.into_iter().map(|label| &*label.into().leak()).collect();
        let (is_busy, max) = (self.is_busy, self.max_label_sets);
        let site = self.site(&labels)?;
        Ok(LabelledFunction::new(leak(LabelSets::new(site, max)), labels.leak(), is_busy))
    }

    /// Creates the call site of the function, with further labels that have no value yet, and attaches it.
    fn site(self, evaluated: &[&'static str]) -> Result<&'static Site<Wall>, Error> {
        if self.name.is_empty() {
            return Err(Cause::EmptyFunctionName.into());
        }
        let labels = self.checked_labels(evaluated)?;
        let buckets = self.bounds.map(checked_buckets).transpose()?;
        let description = Description {
            module: self.module.leak(),
            file: self.place.0,
            place: (self.place.1, 0),
            path: || "",
            name: Name::Dynamic { name: self.name.leak(), is_substitute: self.is_substitute },
            labels,
            buckets: buckets.unwrap_or(&DEFAULT_BUCKETS),
            sample: 1,
            error_kinds: None,
            ends_later: false,
            objectives: None,
        };
        // It is attached here, and not by its first call.
        let site: &'static Site<Wall> = leak(Site::attached_by(description, |_| {}));
        self.registry.attach(site.function());
        Ok(site)
    }

    fn checked_labels(&self, evaluated: &[&'static str]) -> Result<&'static [Label], Error> {
        let given = self.labels.iter().map(|(name, value)| (name.as_str(), Some(value.as_str())));
        let all: Vec<_> = given.chain(evaluated.iter().map(|name| (*name, None))).collect();
        for (index, (label, _)) in all.iter().enumerate() {
            let is_twice = all[..index].iter().any(|(earlier, _)| earlier == label);
            if is_twice || !is_label_name(label) || RESERVED_LABELS.contains(label) {
                let (function, label) = (self.name.clone(), (*label).to_owned());
                return Err(Cause::FunctionLabel { function, label, is_twice }.into());
            }
        }
        let leaked = |text: &str| -> &'static str { text.to_owned().leak() };
        let all: Vec<Label> = all.iter().map(|(name, value)| (leaked(name), value.map(leaked))).collect();
        Ok(all.leak())
    }
}

/// Returns the table of these bounds.
fn checked_buckets(bounds: Vec<u64>) -> Result<&'static BucketTable, Error> {
    let finite = BucketTable::check(&bounds).map_err(Cause::Bounds)?;
    Ok(leak(BucketTable::of_time(&bounds.leak()[..finite])))
}
