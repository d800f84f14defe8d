//! The instrumented functions of a registry.

use super::windows;
use crate::function::{Description, Function, FunctionPath, FunctionReadings, KindReadings, Label, Name};
use crate::link_section;
use crate::recorder::Reader;
use crate::snapshot::{FunctionSnapshot, label_identity};
use crate::sync::unmodelled::{Mutex, OnceLock, lock};
use crate::sync::{List, const_unless_loom};
use std::collections::{BTreeMap, HashSet};
use std::ptr;
use std::time::SystemTime;

/// The instrumented functions of a registry. A call site lives as long as the program, so they do too.
///
/// A function's first call only puts it in a list: it waits for nobody and does not ask the program's allocator, which
/// may be instrumented itself. Labels are found when somebody reads.
#[derive(Debug)]
pub(crate) struct Functions {
    attached: List<&'static Function>,
    since: OnceLock<SystemTime>,
    labels: Mutex<Labels>,
}

#[derive(Debug)]
struct Labels {
    /// The functions that have been read, with the `function` label of each.
    all: Vec<(&'static Function, String)>,
    /// The one of them that was attached last.
    latest: Option<&'static Function>,
    /// Those that paths have given, by module, with the further labels of the functions that have them.
    derived: BTreeMap<(&'static str, String), Vec<&'static [Label]>>,
}

impl Functions {
    const_unless_loom! {
        pub(super) const fn new() -> Self {
            let labels = Labels { all: Vec::new(), latest: None, derived: BTreeMap::new() };
            Functions { attached: List::new(), since: OnceLock::new(), labels: Mutex::new(labels) }
        }
    }

    /// Has `function` read from now on.
    pub(super) fn attach(&self, function: &'static Function) {
        self.since.get_or_init(SystemTime::now);
        self.attached.push(function);
    }

    /// When the first was attached: none has counted before.
    pub(super) fn since(&self) -> Option<SystemTime> {
        self.since.get().copied()
    }

    /// Whether the linker found all of them. One that it did not find stands in another object file than this library, whose
    /// functions are known from their first use on.
    pub(super) fn are_all_linked(&self) -> bool {
        let linked: HashSet<*const Function> = link_section::functions().map(ptr::from_ref).collect();
        self.attached.iter().all(|function| linked.contains(&ptr::from_ref(*function)))
    }

    /// Whether one of them has been called.
    pub(super) fn are_called(&self) -> bool {
        self.attached.iter().any(|function| function.cells.has_calls())
    }

    /// Module and name of those that have been read, also of those that have no series yet.
    pub(super) fn names(&self) -> Vec<(&'static str, String)> {
        let labels = lock(&self.labels);
        labels.all.iter().map(|(function, label)| (function.description.module, label.clone())).collect()
    }

    /// Reads all of them, in order of module, function and labels. Those with one identity become one: their counts add
    /// up. So do those that are printed with the same labels, beside the ones that all series have.
    pub(super) fn read(&self, shared_labels: &[(String, String)]) -> FunctionReadings {
        // Not under the lock: it runs code of error types.
        self.attached.iter().for_each(|function| function.declare_error_kinds());
        let mut labels = lock(&self.labels);
        labels.add_new(&self.attached);
        // Before the calls: a call ends before its error's kind is counted, so no kind is shown whose call is not.
        let mut kinds = KindReadings::new();
        for (function, _) in &labels.all {
            function.read_error_kinds(&mut kinds);
        }
        let mut reader = Reader::begin(windows::rotates);
        let mut readings = FunctionReadings::default();
        for (function, label) in &labels.all {
            function.read(label, &mut kinds, &mut reader, &mut readings);
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
        merge_printed_alike(all, shared_labels);
        readings
    }
}

impl Labels {
    /// Finds labels for the functions that were attached since the last time. The list begins with the latest.
    fn add_new(&mut self, attached: &List<&'static Function>) {
        let latest = self.latest;
        let is_known = |function: &&Function| latest.is_some_and(|latest| ptr::eq(latest, *function));
        let mut attached: Vec<_> =
            attached.iter().copied().take_while(|function| !is_known(function)).collect();
        self.latest = attached.first().copied().or(latest);
        // In the order of the source, so that labels do not depend on who is called, or linked, first.
        attached.sort_by_key(|function| (function.description.module, function.description.place));
        for function in attached {
            let label = self.find(&function.description);
            self.all.push((function, label));
        }
    }

    /// Two functions never share a label by accident. Where another has the short path (two types of one name in two
    /// modules, two functions of one name in two blocks), the later one gets the full path, and at last a number. A
    /// name that was given, to the function or to its type, is used as it is: who gives it twice wants one series.
    fn find(&mut self, description: &Description) -> String {
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

/// Whether a call of each of two functions may have the same labels, in whatever order.
fn may_be_equal(labels: &[Label], others: &[Label]) -> bool {
    let has_equal = |(name, value): &Label| {
        others.iter().any(|(other_name, other_value)| {
            name == other_name && (value == other_value || value.is_none() || other_value.is_none())
        })
    };
    labels.len() == others.len() && labels.iter().all(has_equal)
}

/// Makes series one that differ only in what nobody sees in the text: in labels without a value, which to who reads it are
/// none, and in labels of their own that say what those of all series say.
fn merge_printed_alike(series: &mut Vec<FunctionSnapshot>, shared_labels: &[(String, String)]) {
    let is_shared = |name: &String| shared_labels.iter().any(|(shared, _)| shared == name);
    let may_be_alike = |function: &FunctionSnapshot| {
        function.labels.iter().any(|(name, value)| value.is_empty() || is_shared(name))
    };
    if !series.iter().any(may_be_alike) {
        return;
    }
    // Who has the fewest labels stays.
    let mut order: Vec<usize> = (0..series.len()).collect();
    order.sort_by_key(|index| series[*index].labels.len());
    let mut stays = BTreeMap::new();
    let mut merged = Vec::new();
    for index in order {
        let function = &series[index];
        let stays = *stays
            .entry((function.module_and_function(), label_identity(&function.labels, shared_labels)))
            .or_insert(index);
        if stays != index {
            merged.push((index, stays));
        }
    }
    let mut is_merged = vec![false; series.len()];
    for (index, stays) in merged {
        let [merged, stays] = series.get_disjoint_mut([index, stays]).expect("two of them");
        stays.merge(merged);
        is_merged[index] = true;
    }
    let mut is_merged = is_merged.into_iter();
    series.retain(|_| is_merged.next() == Some(false));
}

/// Gives the labels of series that share their function's label one order: to who reads them the same labels in another
/// order are the same series. Returns whether one was changed. `series` are sorted.
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
