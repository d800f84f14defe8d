//! The instrumented functions of a registry.

use super::windows;
use crate::clock;
use crate::function::{Description, Function, FunctionPath, FunctionReadings, Label, Name, Part};
use crate::link_section;
use crate::recorder::{Ledger, Reader};
use crate::slo;
use crate::snapshot::{FullSnapshot, FunctionSnapshot, label_identity};
use crate::sync::unmodelled::{Mutex, OnceLock, lock};
use crate::sync::{List, const_unless_loom};
use std::collections::{BTreeMap, HashSet};
use std::ptr;
use std::time::SystemTime;

/// The instrumented functions of a registry. They live as long as the program, as their call sites do.
///
/// A function's first call only pushes it onto a list. It does not block, and it does not call the program's allocator, which
/// may be instrumented itself. Labels are assigned when a snapshot is read.
#[derive(Debug)]
pub(crate) struct Functions {
    attached: List<&'static Function>,
    since: OnceLock<SystemTime>,
    labels: Mutex<AssignedLabels>,
    /// Locked by the only reader at a time.
    ledger: Mutex<Ledger>,
}

/// The `function` labels that were assigned.
#[derive(Debug)]
struct AssignedLabels {
    /// The functions that have been read, each with its `function` label.
    all: Vec<(&'static Function, String)>,
    /// The function among them that was attached last.
    latest: Option<&'static Function>,
    /// The labels derived from paths, by module, with the further labels of the functions that have them.
    derived: BTreeMap<(&'static str, String), Vec<&'static [Label]>>,
}

impl Functions {
    const_unless_loom! {
        pub(super) const fn new() -> Self {
            let labels = AssignedLabels { all: Vec::new(), latest: None, derived: BTreeMap::new() };
            Functions {
                attached: List::new(),
                since: OnceLock::new(),
                labels: Mutex::new(labels),
                ledger: Mutex::new(Ledger::new()),
            }
        }
    }

    /// Attaches `function`, which is read from now on.
    pub(super) fn attach(&self, function: &'static Function) {
        self.since.get_or_init(clock::time_of_day);
        self.attached.push(function);
    }

    /// Returns when the first function was attached. None was called earlier.
    pub(super) fn since(&self) -> Option<SystemTime> {
        self.since.get().copied()
    }

    /// Returns whether the linker found all attached functions. A function it did not find is in another object file than this
    /// library. Such functions are known only from their first use on.
    pub(super) fn are_all_linked(&self) -> bool {
        let linked: HashSet<*const Function> = link_section::functions().map(ptr::from_ref).collect();
        let is_linked = |function: &&Function| linked.contains(&ptr::from_ref(*function));
        self.attached.iter().all(|function| function.description.name.is_dynamic() || is_linked(function))
    }

    /// Returns whether one of them has been called.
    pub(super) fn are_called(&self) -> bool {
        self.attached.iter().any(|function| function.cells.has_calls())
    }

    /// Returns the module and name of the functions that have been read, including those without a series.
    pub(super) fn names(&self) -> Vec<(&'static str, String)> {
        let labels = lock(&self.labels);
        labels.all.iter().map(|(function, label)| (function.description.module, label.clone())).collect()
    }

    /// Adds the objectives of the functions that have been read.
    pub(super) fn add_objectives(&self, snapshot: &mut FullSnapshot) {
        for (function, label) in &lock(&self.labels).all {
            let Description { module, objectives, .. } = function.description;
            if let Some(objectives) = objectives {
                slo::add_objectives_of_function(snapshot, (label, module), objectives);
            }
        }
    }

    /// Reads all functions, in the order of module, function and labels. Functions with the same identity are merged, their counts
    /// added. So are those that are exported with the same labels once the labels of all series are added.
    pub(super) fn read(&self, shared_labels: &[(String, String)]) -> FunctionReadings {
        // Before the lock is taken: it runs code of error types.
        self.attached.iter().for_each(|function| function.declare_error_kinds());
        let mut labels = lock(&self.labels);
        labels.add_new(&self.attached);
        // Before the calls: a call ends before its error kind is counted, so no kind is read whose call is not.
        let mut parts = Vec::with_capacity(labels.all.len());
        for (function, label) in labels.to_read() {
            function.read_parts(label, &mut parts);
        }
        let mut reader = Reader::begin(windows::rotates);
        reader.update(&mut lock(&self.ledger), parts.iter().map(Part::cells));
        let mut readings = FunctionReadings {
            series: Vec::with_capacity(parts.len()),
            overflowed_calls: labels
                .all
                .iter()
                .any(|(function, _)| function.has_evaluated_labels())
                .then_some(0),
        };
        for part in parts {
            part.read(&mut reader, &mut readings);
        }
        drop((reader, labels));
        let all = &mut readings.series;
        all.sort_by(|a, b| a.identity().cmp(&b.identity()));
        if align_labels(all) {
            all.sort_by(|a, b| a.identity().cmp(&b.identity()));
        }
        all.dedup_by(|later, earlier| {
            let same = later.identity() == earlier.identity();
            if same {
                earlier.merge(later);
            }
            same
        });
        merge_identical_series(all, shared_labels);
        readings
    }
}

impl AssignedLabels {
    /// Returns the functions that have series: all but the substitutes of annotated ones.
    fn to_read(&self) -> impl Iterator<Item = &(&'static Function, String)> {
        let has_substitutes = self.all.iter().any(|(function, _)| function.description.name.is_substitute());
        let annotated = self.all.iter().filter(|(function, _)| !function.description.name.is_dynamic());
        // With and without the type of a method.
        let annotated = annotated.filter(|_| has_substitutes);
        let annotated: HashSet<_> =
            annotated.flat_map(|(function, label)| names_of(function, label)).collect();
        let is_left_out = move |function: &(&'static Function, String)| {
            function.0.description.name.is_substitute()
                && annotated.contains(&(function.0.description.module, function.1.as_str()))
        };
        self.all.iter().filter(move |function| !is_left_out(function))
    }

    /// Assigns labels to the functions that were attached since the last read. The list starts with the latest.
    fn add_new(&mut self, attached: &List<&'static Function>) {
        let latest = self.latest;
        let is_known = |function: &&Function| latest.is_some_and(|latest| ptr::eq(latest, *function));
        let mut attached: Vec<_> =
            attached.iter().copied().take_while(|function| !is_known(function)).collect();
        self.latest = attached.first().copied().or(latest);
        // In the order of the source, so that labels do not depend on the order of calls or of linking.
        attached.sort_by_key(|function| (function.description.module, function.description.place));
        for function in attached {
            let label = self.assign(&function.description);
            self.all.push((function, label));
        }
    }

    /// Returns the label of a function. Two functions never share a label by accident. If another function has the short path (two
    /// types with the same name in two modules, two functions with the same name in two blocks), the later one gets the full path,
    /// and as a last resort a number. A name that was given to the function or to its type is used as it is: the same name given
    /// twice is one series.
    fn assign(&mut self, description: &Description) -> String {
        let path = FunctionPath::of(description, (description.path)());
        let short = path.label(description.name);
        if description.name != Name::Path {
            return short;
        }
        let full = path.full_label(description.name);
        let numbered = (2_u64..).map(|number| format!("{full}#{number}"));
        let mut candidates = [short, full.clone()].into_iter().chain(numbered);
        let is_new = |label: &String| {
            let taken = self.derived.entry((description.module, label.clone())).or_default();
            let is_new = !taken.iter().any(|labels| may_be_equal(labels, description.labels));
            if is_new {
                taken.push(description.labels);
            }
            is_new
        };
        candidates.find(is_new).expect("numbers do not run out")
    }
}

/// Returns the module and the names by which a substitute may know a function: its label, and the label without types and outer functions.
fn names_of<'a>(function: &Function, label: &'a str) -> [(&'static str, &'a str); 2] {
    let module = function.description.module;
    [(module, label), (module, label.rsplit("::").next().unwrap_or(label))]
}

/// Returns whether calls of two functions may have the same labels, in any order.
fn may_be_equal(labels: &[Label], others: &[Label]) -> bool {
    let has_equal = |(name, value): &Label| {
        others.iter().any(|(other_name, other_value)| {
            name == other_name && (value == other_value || value.is_none() || other_value.is_none())
        })
    };
    labels.len() == others.len() && labels.iter().all(has_equal)
}

/// Merges series that are exported identically: they differ only in labels with an empty value, which a scraper ignores, or in
/// labels that equal those of all series.
fn merge_identical_series(series: &mut Vec<FunctionSnapshot>, shared_labels: &[(String, String)]) {
    let is_shared = |name: &String| shared_labels.iter().any(|(shared, _)| shared == name);
    let may_be_identical = |function: &FunctionSnapshot| {
        function.labels.iter().any(|(name, value)| value.is_empty() || is_shared(name))
    };
    if !series.iter().any(may_be_identical) {
        return;
    }
    // The series with the fewest labels is kept.
    let mut order: Vec<usize> = (0..series.len()).collect();
    order.sort_by_key(|index| series[*index].labels.len());
    let mut kept = BTreeMap::new();
    let mut merged = Vec::new();
    for index in order {
        let function = &series[index];
        let kept = *kept
            .entry((function.module_and_function(), label_identity(&function.labels, shared_labels)))
            .or_insert(index);
        if kept != index {
            merged.push((index, kept));
        }
    }
    let mut is_merged = vec![false; series.len()];
    for (index, kept) in merged {
        let [merged, kept] = series.get_disjoint_mut([index, kept]).expect("the indices differ");
        kept.merge(merged);
        is_merged[index] = true;
    }
    let mut is_merged = is_merged.into_iter();
    series.retain(|_| is_merged.next() == Some(false));
}

/// Gives the labels of series with the same function label one order: to a scraper, the same labels in another order are the same
/// series. Returns whether an order was changed. `series` must be sorted.
fn align_labels(series: &mut [FunctionSnapshot]) -> bool {
    let mut has_changed = false;
    for shared in series.chunk_by_mut(|a, b| (&a.module, &a.function) == (&b.module, &b.function)) {
        let mut orders: Vec<Vec<String>> = Vec::new();
        for FunctionSnapshot { labels, .. } in shared {
            let is_this = |order: &Vec<String>| order.iter().eq(labels.iter().map(|(name, _)| name));
            if orders.iter().any(is_this) {
                continue;
            }
            let place_in = |order: &[String], name: &String| order.iter().position(|other| other == name);
            let has_same = |order: &&Vec<String>| {
                order.len() == labels.len() && labels.iter().all(|(name, _)| place_in(order, name).is_some())
            };
            match orders.iter().find(has_same) {
                Some(order) => {
                    labels.sort_by_key(|(name, _)| place_in(order, name));
                    has_changed = true;
                }
                None => orders.push(labels.iter().map(|(name, _)| name.clone()).collect()),
            }
        }
    }
    has_changed
}
