//! The instrumented functions of a registry.

use crate::cells::Reader;
use crate::function::{Description, Function, FunctionPath, FunctionReadings, Label, Name};
use crate::sync::unmodelled::{Mutex, lock};
use crate::sync::{List, const_unless_loom};
use std::collections::BTreeMap;

/// The instrumented functions of a registry. A call site lives as long as the program, so they do too.
///
/// A function's first call only puts it in a list: it waits for nobody and does not ask the program's allocator, which
/// may be instrumented itself. Labels are found when somebody reads.
#[derive(Debug)]
pub(crate) struct Functions {
    attached: List<&'static Function>,
    labels: Mutex<Labels>,
}

#[derive(Debug)]
struct Labels {
    /// In the order in which the functions were attached, of those that have been read.
    all: Vec<String>,
    /// Those that paths have given, by module, with the further labels of the functions that have them.
    derived: BTreeMap<(&'static str, String), Vec<&'static [Label]>>,
}

impl Functions {
    const_unless_loom! {
        pub(super) const fn new() -> Self {
            let labels = Labels { all: Vec::new(), derived: BTreeMap::new() };
            Functions { attached: List::new(), labels: Mutex::new(labels) }
        }
    }

    /// Has `function` read from now on.
    pub(super) fn attach(&self, function: &'static Function) {
        self.attached.push(function);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.attached.is_empty()
    }

    /// Reads all of them, in order of module, function and labels. Those with one identity become one: their counts add
    /// up.
    pub(super) fn read(&self) -> FunctionReadings {
        let mut functions: Vec<&Function> = self.attached.iter().copied().collect();
        functions.reverse();
        let mut labels = lock(&self.labels);
        for function in functions.iter().skip(labels.all.len()) {
            labels.add(&function.description);
        }
        let mut reader = Reader::begin();
        let mut readings = FunctionReadings::default();
        for (function, label) in functions.iter().zip(&labels.all) {
            function.read(label, &mut reader, &mut readings);
        }
        drop((reader, labels));
        let all = &mut readings.series;
        all.sort_by(|a, b| a.identity().cmp(&b.identity()));
        all.dedup_by(|later, earlier| {
            let same = later.identity() == earlier.identity();
            if same {
                earlier.merge(later);
            }
            same
        });
        readings
    }
}

impl Labels {
    /// Finds the label of the function that was attached next.
    ///
    /// Two functions never share one by accident. Where another has the short path (two types of one name in two
    /// modules, two functions of one name in two blocks), the later one gets the full path, and at last a number. A
    /// name that was given, to the function or to its type, is used as it is: who gives it twice wants one series.
    fn add(&mut self, description: &Description) {
        let path = FunctionPath::of(description, (description.path)());
        let short = path.label(description.name);
        if description.name != Name::Path {
            self.all.push(short);
            return;
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
        self.all.extend(candidates.find(is_new));
    }
}

/// Whether a call of each of two functions may have the same labels.
fn may_be_equal(labels: &[Label], others: &[Label]) -> bool {
    let may_be_equal = |((name, value), (other_name, other_value)): (&Label, &Label)| {
        name == other_name && (value == other_value || value.is_none() || other_value.is_none())
    };
    labels.len() == others.len() && labels.iter().zip(others).all(may_be_equal)
}
