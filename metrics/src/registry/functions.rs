//! The instrumented functions of a registry.

use crate::cells::Reader;
use crate::function::{Description, Function, FunctionPath, Name};
use crate::snapshot::FunctionSnapshot;
use crate::sync::unmodelled::{Mutex, lock};
use crate::sync::{List, const_unless_loom};
use std::collections::BTreeSet;

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
    /// Those that paths have given, with the module and the labels beside them.
    derived: BTreeSet<Identity>,
}

type Identity = (&'static str, String, &'static [(&'static str, &'static str)]);

impl Functions {
    const_unless_loom! {
        pub(super) const fn new() -> Self {
            let labels = Labels { all: Vec::new(), derived: BTreeSet::new() };
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
    pub(super) fn read(&self) -> Vec<FunctionSnapshot> {
        let mut functions: Vec<&Function> = self.attached.iter().copied().collect();
        functions.reverse();
        let mut labels = lock(&self.labels);
        for function in functions.iter().skip(labels.all.len()) {
            labels.add(&function.description);
        }
        let mut reader = Reader::begin();
        let read = |(function, label): (&&Function, &String)| function.read(label, &mut reader);
        let mut all: Vec<FunctionSnapshot> = functions.iter().zip(&labels.all).map(read).collect();
        drop((reader, labels));
        all.sort_by(|a, b| a.identity().cmp(&b.identity()));
        all.dedup_by(|later, earlier| {
            let same = later.identity() == earlier.identity();
            if same {
                earlier.merge(later);
            }
            same
        });
        all
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
        let is_new =
            |label: &String| self.derived.insert((description.module, label.clone(), description.labels));
        self.all.extend(candidates.find(is_new));
    }
}
