//! The instrumented functions of a registry.

use crate::function::{Description, Function, FunctionPath, Name};
use crate::snapshot::FunctionSnapshot;
use std::collections::{HashMap, HashSet};

/// The instrumented functions of a registry. A call site lives as long as the program, so they do too.
#[derive(Debug, Default)]
pub(super) struct Functions {
    /// By the address of the description, of which each call site has its own.
    by_description: HashMap<usize, &'static Function>,
    /// The labels that paths have given, with the module and the labels beside them.
    derived: HashSet<Identity>,
}

type Identity = (&'static str, String, &'static [(&'static str, &'static str)]);

impl Functions {
    pub(super) fn register(&mut self, description: &'static Description) -> &'static Function {
        let key = std::ptr::from_ref(description).addr();
        if let Some(function) = self.by_description.get(&key) {
            return function;
        }
        let function = Box::leak(Box::new(Function::new(self.label(description), description)));
        self.by_description.insert(key, function);
        function
    }

    /// The label of a function that is not registered yet.
    ///
    /// Two functions never share one by accident. Where another has the short path (two types of one name in two
    /// modules, two functions of one name in two blocks), the later one gets the full path, and at last a number. A
    /// name that was given, to the function or to its type, is used as it is: who gives it twice wants one series.
    fn label(&mut self, description: &'static Description) -> String {
        let path = FunctionPath::of(description, (description.path)());
        let short = path.label(description.name);
        if description.name != Name::Path {
            return short;
        }
        let full = path.full_label(description.name);
        let numbered = (2_u64..).map(|number| format!("{full}#{number}"));
        let mut candidates = [short, full.clone()].into_iter().chain(numbered);
        let is_new =
            |label: &String| self.derived.insert((description.module, label.clone(), description.labels));
        candidates.find(is_new).expect("numbers do not run out")
    }

    pub(super) fn list(&self) -> Vec<&'static Function> {
        self.by_description.values().copied().collect()
    }
}

/// Reads `functions`, in order of module, function and labels. Those with one identity become one: their counts add
/// up.
pub(super) fn read(functions: &[&'static Function]) -> Vec<FunctionSnapshot> {
    let mut all: Vec<FunctionSnapshot> = functions.iter().map(|function| function.read()).collect();
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
