//! Which file of a crate imports which.

use super::scan::{Module, Named, Scanner};
use super::{relative, room_of, root, source_files, tokens};
use std::collections::{BTreeMap, BTreeSet};
use std::slice::from_ref;

/// What of a crate is read: its modules and the imports between its files.
pub(super) struct Crate {
    /// By path in the crate.
    modules: BTreeMap<Vec<String>, Module>,
    pub(super) imports: BTreeSet<Import>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Import {
    pub(super) from: String,
    pub(super) line: usize,
    pub(super) to: String,
    pub(super) path: String,
}

impl Crate {
    pub(super) fn read(source: &str) -> Self {
        let mut modules = BTreeMap::new();
        for path in source_files(&root().join(source), false) {
            let file = relative(&path, source);
            let module = module_of(&file);
            Scanner { modules: &mut modules, file }.scan(tokens(&path), &module, true);
        }
        let mut read = Crate { modules, imports: BTreeSet::new() };
        read.imports = read.find_imports();
        assert!(read.imports.len() > 20, "only {} imports in {source}", read.imports.len());
        read
    }

    fn find_imports(&self) -> BTreeSet<Import> {
        let mut imports = BTreeSet::new();
        for (place, module) in &self.modules {
            // Others begin with a name that has been imported.
            let is_direct = |path: &&Named| {
                let first = &path.path[0];
                let is_child = || self.modules.contains_key(&[place, from_ref(first)].concat());
                matches!(first.as_str(), "crate" | "self" | "super") || is_child()
            };
            for import in module.uses.iter().chain(module.paths.iter().filter(is_direct)) {
                let to = self.modules[&self.resolve(place, &import.path, 0)].file.clone();
                // What a module only hands on from its own room, it does not import.
                let is_used = !import.is_public || module.words.contains(&import.name);
                if to != module.file && (is_used || room_of(&to) != room_of(&module.file)) {
                    let path = import.path.join("::");
                    imports.insert(Import { from: module.file.clone(), line: import.line, to, path });
                }
            }
        }
        imports
    }

    /// The module that has the item which `path` leads to, from the module `place`; the last one of this crate on the way if the
    /// item is from another crate.
    fn resolve(&self, place: &[String], path: &[String], depth: usize) -> Vec<String> {
        let (mut module, mut path) = (place.to_vec(), path);
        while let Some((segment, rest)) = path.split_first() {
            let child = [&*module, from_ref(segment)].concat();
            match segment.as_str() {
                "crate" => module.clear(),
                "self" => {}
                "super" => module.truncate(module.len() - 1),
                _ if self.modules.contains_key(&child) => module = child,
                _ if depth < 8 => {
                    let Some(import) = self.import(&module, segment, depth) else { return module };
                    return self.resolve(&module, &[&*import, rest].concat(), depth + 1);
                }
                _ => return module,
            }
            path = rest;
        }
        module
    }

    /// The path by which a `use` brings `name` into `module`, by itself or with all that another module has.
    fn import(&self, module: &[String], name: &String, depth: usize) -> Option<Vec<String>> {
        let uses = &self.modules[module].uses;
        let is_it = |import: &&Named| import.name == *name && import.path != from_ref(name);
        if let Some(import) = uses.iter().find(is_it) {
            return Some(import.path.clone());
        }
        let has_it = |all: &&Named| {
            let other = self.resolve(module, &all.path, depth + 1);
            let Module { uses, words, .. } = &self.modules[&other];
            other != module && (words.contains(name) || uses.iter().any(|import| import.name == *name))
        };
        let all = uses.iter().filter(|import| import.name == "*").find(has_it)?;
        Some([&*all.path, from_ref(name)].concat())
    }

    pub(super) fn rooms(&self) -> BTreeSet<String> {
        self.modules.values().filter_map(|module| room_of(&module.file)).map(str::to_owned).collect()
    }

    /// Sets of files of one room, each of which leads to each other.
    pub(super) fn circles(&self) -> BTreeSet<Vec<String>> {
        let mut imported: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for Import { from, to, .. } in &self.imports {
            if room_of(from) == room_of(to) {
                imported.entry(from).or_default().insert(to);
            }
        }
        let reached_from = |file: &'_ str| {
            let mut reached = BTreeSet::new();
            let mut open: Vec<&str> = imported.get(file).into_iter().flatten().copied().collect();
            while let Some(file) = open.pop() {
                if reached.insert(file) {
                    open.extend(imported.get(file).into_iter().flatten());
                }
            }
            reached
        };
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            imported.keys().map(|file| (*file, reached_from(file))).collect();
        let circle_of = |(file, to): (&&str, &BTreeSet<&str>)| -> Vec<String> {
            let leads_back = |other: &&&str| reached.get(*other).is_some_and(|back| back.contains(file));
            to.iter().filter(leads_back).map(|file| (*file).to_owned()).collect()
        };
        reached.iter().map(circle_of).filter(|circle| !circle.is_empty()).collect()
    }
}

/// `a/mod.rs` and `a.rs` are the module `a`.
fn module_of(file: &str) -> Vec<String> {
    let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}
