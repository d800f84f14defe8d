//! What DESIGN.md states of the source's structure: which room imports which, that the files of a room import each other without a
//! circle, and which files contain unsafe code.
//!
//! An import is a path in code that leads into another file, in a `use` or anywhere else, also through re-exports. Not counted:
//! tests, comments, attributes (`serde(with = "…")`), and `$crate::…` in a macro, which is a path of the crate that uses the macro.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const DESIGN: &str = "DESIGN.md";
const LIBRARY: &str = "metrics/src";
const MACROS: &str = "metrics-macros/src";

/// Files of a room that import each other in a circle: what is still to be untangled. Paths in `metrics/src`, sorted.
const KNOWN_CIRCLES: &[&[&str]] = &[
    &["clock/mod.rs", "clock/source.rs"],
    &["collect/registered.rs", "collect/source.rs"],
    &["encode/format.rs", "encode/openmetrics.rs", "encode/prometheus.rs"],
    &["labels/lookup.rs", "labels/text.rs"],
    &["metric/declaration.rs", "metric/declared.rs"],
    &["recorder/block.rs", "recorder/block/history.rs"],
    &[
        "registry/contents.rs",
        "registry/listing.rs",
        "registry/metrics_registry.rs",
        "registry/scope.rs",
        "registry/table.rs",
    ],
    &["snapshot/declared.rs", "snapshot/families.rs", "snapshot/mod.rs", "snapshot/own.rs"],
];

#[test]
fn a_room_of_the_library_imports_only_rooms_of_lower_layers() {
    let table = section(DESIGN, "What is in each room, and who may import whom?");
    let mut layers: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for row in table.lines() {
        if let [_, layer, room, ..] = *row.split('|').map(str::trim).collect::<Vec<_>>()
            && let Ok(layer) = layer.parse()
        {
            layers.entry(layer).or_default().extend(names(room));
        }
    }
    check_layers(LIBRARY, &layers.into_values().collect::<Vec<_>>());
}

#[test]
fn a_module_of_the_macros_imports_only_modules_of_lower_layers() {
    let root = read(&root().join(MACROS).join("lib.rs"));
    let header = root.lines().map_while(|line| line.strip_prefix("//!"));
    check_layers(MACROS, &rows(&header.map(str::trim).collect::<Vec<_>>().join("\n")));
}

#[test]
fn files_of_a_room_import_each_other_without_a_circle() {
    let known: BTreeSet<Vec<String>> =
        KNOWN_CIRCLES.iter().map(|circle| circle.iter().copied().map(str::to_owned).collect()).collect();
    let library = Crate::read(LIBRARY);
    let found = library.circles();
    let mut mistakes = String::new();
    for circle in found.difference(&known) {
        writeln!(mistakes, "a circle: {}", circle.join(", ")).unwrap();
        let is_part = |import: &&Import| circle.contains(&import.from) && circle.contains(&import.to);
        for Import { from, line, to, path } in library.imports.iter().filter(is_part) {
            writeln!(mistakes, "    {LIBRARY}/{from}:{line} imports {path} from {to}").unwrap();
        }
    }
    for circle in known.difference(&found) {
        writeln!(mistakes, "no circle any more, so remove it from `KNOWN_CIRCLES`: {}", circle.join(", "))
            .unwrap();
    }
    assert!(mistakes.is_empty(), "files of a room import each other:\n{mistakes}");
}

#[test]
fn unsafe_code_is_where_the_design_says() {
    let mut allowed = BTreeSet::new();
    for path in source_files(&root().join(LIBRARY), true) {
        let (file, text) = (relative(&path, LIBRARY), read(&path));
        let allows = text.contains("(unsafe_code, reason = \"");
        assert_eq!(
            allows,
            contains_unsafe(tokens(&path)),
            "{file}: unsafe code and its permission, with a reason, go together"
        );
        // The permission would be one for all files below.
        let is_for_folder = file.ends_with("mod.rs") && text.contains("#![");
        assert!(!(allows && is_for_folder), "{file} must allow unsafe code for single items");
        if allows {
            allowed.insert(file);
        }
    }
    let described = rows(&section(DESIGN, "Where is unsafe code?")).concat().into_iter().collect();
    assert_same("files with unsafe code", &allowed, &described);
    assert!(read(&root().join(LIBRARY).join("lib.rs")).contains("#![deny(unsafe_code)]"));
    assert!(read(&root().join(MACROS).join("lib.rs")).contains("#![forbid(unsafe_code)]"));
}

/// `layers` are rows of rooms, the lowest first.
fn check_layers(source: &str, layers: &[Vec<String>]) {
    let source_crate = Crate::read(source);
    let mut listed = BTreeMap::new();
    for (layer, rooms) in layers.iter().enumerate() {
        for room in rooms {
            assert!(listed.insert(room.clone(), layer).is_none(), "the layers list `{room}` twice");
        }
    }
    assert_same("rooms", &source_crate.rooms(), &listed.keys().cloned().collect());
    let mut mistakes = String::new();
    for Import { from, line, to, path } in &source_crate.imports {
        let [importing, imported] = [from, to].map(|file| room_of(file));
        // The root is documentation and re-exports; nothing imports what is its own.
        let Some(importing) = importing else { continue };
        let Some(imported) = imported else {
            writeln!(mistakes, "{source}/{from}:{line}: `{importing}` imports {path} from the root").unwrap();
            continue;
        };
        if importing != imported && listed[imported] >= listed[importing] {
            writeln!(mistakes, "{source}/{from}:{line}: `{importing}` imports `{imported}` ({path})")
                .unwrap();
        }
    }
    assert!(mistakes.is_empty(), "imports of rooms that are not in a lower layer:\n{mistakes}");
}

fn assert_same(what: &str, source: &BTreeSet<String>, document: &BTreeSet<String>) {
    let missing: Vec<_> = source.difference(document).collect();
    let gone: Vec<_> = document.difference(source).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "{what} not in the table: {missing:?}; not in the source: {gone:?}"
    );
}

/// What of a crate is read: its modules and the imports between its files.
struct Crate {
    /// By path in the crate.
    modules: BTreeMap<Vec<String>, Module>,
    imports: BTreeSet<Import>,
}

/// A module, whether it is a file or written inside of one.
#[derive(Default)]
struct Module {
    file: String,
    /// What its items bring into it by `use`.
    uses: Vec<Named>,
    /// Other paths in it.
    paths: Vec<Named>,
    /// Words in it, of paths the first.
    words: BTreeSet<String>,
}

/// A path as it is written.
#[derive(Debug, Clone)]
struct Named {
    path: Vec<String>,
    /// What it is called in its module.
    name: String,
    line: usize,
    is_public: bool,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Import {
    from: String,
    line: usize,
    to: String,
    path: String,
}

impl Crate {
    fn read(source: &str) -> Self {
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
                let is_child = || self.modules.contains_key(&[&**place, &[first.clone()]].concat());
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
            let child = [&*module, &[segment.clone()]].concat();
            match segment.as_str() {
                "crate" => module.clear(),
                "self" => {}
                "super" => module.truncate(module.len() - 1),
                _ if self.modules.contains_key(&child) => module = child,
                _ if depth < 8 => {
                    let is_it = |import: &&Named| import.name == *segment && import.path != [segment.clone()];
                    let Some(import) = self.modules[&module].uses.iter().find(is_it) else { return module };
                    return self.resolve(&module, &[&*import.path, rest].concat(), depth + 1);
                }
                _ => return module,
            }
            path = rest;
        }
        module
    }

    fn rooms(&self) -> BTreeSet<String> {
        self.modules.values().filter_map(|module| room_of(&module.file)).map(str::to_owned).collect()
    }

    /// Sets of files of one room, each of which leads to each other.
    fn circles(&self) -> BTreeSet<Vec<String>> {
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

/// Reads the tokens of a file into the modules they belong to.
struct Scanner<'a> {
    modules: &'a mut BTreeMap<Vec<String>, Module>,
    file: String,
}

impl Scanner<'_> {
    /// `is_top` if the tokens are items of `place`, and not those of a block inside of it.
    fn scan(&mut self, tokens: TokenStream, place: &[String], is_top: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let module = self.modules.entry(place.to_vec()).or_default();
        module.file.clone_from(&self.file);
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let before = at.checked_sub(1).map(|at| &tokens[at]);
            let (next, after_next) = (tokens.get(at + 1), tokens.get(at + 2));
            at += 1;
            match token {
                TokenTree::Punct(sign) if sign.as_char() == '#' => {
                    at += usize::from(next.is_some_and(|next| is_sign(next, '!')));
                    if let Some(TokenTree::Group(attribute)) = tokens.get(at)
                        && attribute.delimiter() == Delimiter::Bracket
                    {
                        at += 1;
                        if is_cfg_test(attribute) {
                            at += tokens[at..].iter().take_while(|token| !ends_item(token)).count() + 1;
                        }
                    }
                }
                TokenTree::Ident(word) if word == "mod" => {
                    at += 1;
                    if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(items))) = (next, after_next)
                    {
                        self.scan(items.stream(), &[place, &[name.to_string()]].concat(), true);
                        at += 1;
                    }
                }
                // Not `impl Trait + use<'_>`.
                TokenTree::Ident(word) if word == "use" && !next.is_some_and(|next| is_sign(next, '<')) => {
                    let is_public = before.is_some_and(|before| is_pub(before) || is_parenthesis(before));
                    let length = tokens[at..].iter().take_while(|token| !is_sign(token, ';')).count();
                    let mut leaves = Vec::new();
                    read_use(&tokens[at..at + length], &[], is_public, &mut leaves);
                    at += length + 1;
                    let module = self.modules.get_mut(place).expect("it is being scanned");
                    if is_top { module.uses.extend(leaves) } else { module.paths.extend(leaves) }
                }
                TokenTree::Ident(word) if word == "pub" => {
                    at += usize::from(next.is_some_and(is_parenthesis));
                }
                TokenTree::Ident(word) => {
                    let path = read_path(&tokens[at - 1..]);
                    at += 3 * (path.len() - 1);
                    // Not `::core`, `$crate` or `.method`.
                    if before.is_some_and(|before| ":$.".contains(|sign| is_sign(before, sign))) {
                        continue;
                    }
                    let module = self.modules.get_mut(place).expect("it is being scanned");
                    let line = word.span().start().line;
                    module.words.insert(word.to_string());
                    if path.len() > 1 {
                        let name = path[path.len() - 1].clone();
                        module.paths.push(Named { path, name, line, is_public: false });
                    }
                }
                TokenTree::Group(group) => self.scan(group.stream(), place, false),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
}

/// The names that `tokens`, what stands between `use` and `;` or a part of that, brings into a module.
fn read_use(tokens: &[TokenTree], prefix: &[String], is_public: bool, leaves: &mut Vec<Named>) {
    let own = read_path(tokens);
    // Nothing, `use ::std::…`, or `use $crate::…`
    if tokens.is_empty() || own.is_empty() && prefix.is_empty() {
        return;
    }
    let line = tokens[0].span().start().line;
    let mut path = [prefix, &*own].concat();
    let rest = &tokens[if own.is_empty() { 0 } else { 3 * own.len() - 2 }..];
    // What follows `a::b`: nothing, ` as c`, `::{…}` or `::*`.
    match rest.iter().find(|token| !is_sign(token, ':')) {
        Some(TokenTree::Group(group)) => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            for part in inner.split(|token| is_sign(token, ',')) {
                read_use(part, &path, is_public, leaves);
            }
        }
        Some(TokenTree::Ident(_)) => {
            let name = rest.last().expect("a name").to_string();
            leaves.push(Named { path, name, line, is_public });
        }
        Some(_) => leaves.push(Named { path, name: "*".to_owned(), line, is_public }),
        None => {
            if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
                path.pop();
            }
            let name = path.last().cloned().unwrap_or_default();
            leaves.push(Named { path, name, line, is_public });
        }
    }
}

/// The path that `tokens` begin with.
fn read_path(tokens: &[TokenTree]) -> Vec<String> {
    let mut path = Vec::new();
    let mut rest = tokens;
    while let [TokenTree::Ident(segment), further @ ..] = rest {
        path.push(segment.to_string());
        match further {
            [first, second, after @ ..] if is_sign(first, ':') && is_sign(second, ':') => rest = after,
            _ => break,
        }
    }
    path
}

/// `#[cfg(test)]`, `#[cfg(all(test, …))]`, `#[cfg(doctest)]`.
fn is_cfg_test(attribute: &Group) -> bool {
    fn asks_for_test(condition: TokenStream) -> bool {
        let mut is_negated = false;
        condition.into_iter().any(|token| match token {
            TokenTree::Ident(word) => {
                is_negated = word == "not";
                word == "test" || word == "doctest"
            }
            TokenTree::Group(group) => !is_negated && asks_for_test(group.stream()),
            _ => false,
        })
    }
    let is_cfg = |first: Option<TokenTree>| matches!(first, Some(TokenTree::Ident(word)) if word == "cfg");
    is_cfg(attribute.stream().into_iter().next()) && asks_for_test(attribute.stream())
}

fn ends_item(token: &TokenTree) -> bool {
    is_sign(token, ';') || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is_sign(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

fn is_pub(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(word) if word == "pub")
}

fn is_parenthesis(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis)
}

/// `a/mod.rs` and `a.rs` are the module `a`.
fn module_of(file: &str) -> Vec<String> {
    let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

/// A folder or a file at the top of a crate; `None` for the root.
fn room_of(file: &str) -> Option<&str> {
    let room = file.split('/').next().unwrap_or(file).trim_end_matches(".rs");
    (room != "lib").then_some(room)
}

/// The names in the first cell of each row of the tables in `text`.
fn rows(text: &str) -> Vec<Vec<String>> {
    let rows = text.lines().filter_map(|line| line.strip_prefix('|'));
    let first_cells = rows.filter_map(|row| row.split('|').next());
    first_cells.map(|cell| names(cell).collect()).filter(|names: &Vec<String>| !names.is_empty()).collect()
}

/// What is between backticks: every other part.
fn names(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}

/// The part of `document` below the heading.
fn section(document: &str, heading: &str) -> String {
    let text = read(&root().join(document));
    let below = text.split_once(&format!("\n## {heading}\n"));
    let (_, below) = below.unwrap_or_else(|| panic!("{document} has no section {heading:?}"));
    below.split("\n## ").next().unwrap_or(below).to_owned()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn relative(path: &Path, source: &str) -> String {
    path.strip_prefix(root().join(source)).expect("below it").display().to_string()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn tokens(path: &Path) -> TokenStream {
    read(path).parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn contains_unsafe(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "unsafe",
        TokenTree::Group(group) => contains_unsafe(group.stream()),
        _ => false,
    })
}

/// All files below `folder`, with or without those of tests.
fn source_files(folder: &Path, with_tests: bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let files_of = |path: PathBuf| match path.file_name().and_then(|name| name.to_str()) {
        Some("tests") if !with_tests => Vec::new(),
        _ if path.is_dir() => source_files(&path, with_tests),
        _ if path.extension().is_some_and(|extension| extension == "rs") => vec![path],
        _ => Vec::new(),
    };
    paths.flat_map(files_of).collect()
}
