//! What DESIGN.md and the glossary state of the sources: which room imports which, that the files of a room import each other without
//! a circle, which files contain unsafe code, which ones read a clock, what is called what.
//!
//! An import is a path in code that leads into another file, in a `use` or anywhere else, also through re-exports. Not counted:
//! tests, comments, attributes (`serde(with = "…")`), and `$crate::…` in a macro, which is a path of the crate that uses the macro.

mod imports;
mod scan;

use imports::{Crate, Import};
use proc_macro2::TokenStream;
use scan::contains_unsafe;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const DESIGN: &str = "DESIGN.md";
const CONTRIBUTING: &str = "CONTRIBUTING.md";
const LIBRARY: &str = "metrics/src";
const MACROS: &str = "metrics-macros/src";

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
    let library = Crate::read(LIBRARY);
    let mut mistakes = String::new();
    for circle in library.circles() {
        writeln!(mistakes, "a circle: {}", circle.join(", ")).unwrap();
        let is_part = |import: &&Import| circle.contains(&import.from) && circle.contains(&import.to);
        for Import { from, line, to, path } in library.imports.iter().filter(is_part) {
            writeln!(mistakes, "    {LIBRARY}/{from}:{line} imports {path} from {to}").unwrap();
        }
    }
    assert!(mistakes.is_empty(), "files of a room import each other:\n{mistakes}");
}

#[test]
fn unsafe_code_is_where_the_design_says() {
    let mut allowed = BTreeSet::new();
    let mut mistakes = String::new();
    for path in source_files(&root().join(LIBRARY), true) {
        let (file, text) = (relative(&path, LIBRARY), read(&path));
        let allows = text.contains("(unsafe_code, reason = \"");
        let contains = contains_unsafe(tokens(&path));
        if contains && !allows {
            writeln!(mistakes, "{file} does not allow the lint `unsafe_code` with a reason").unwrap();
        }
        if allows && !contains {
            writeln!(mistakes, "{file} contains no unsafe code, and allows it").unwrap();
        }
        if allows {
            // For a whole folder it would be allowed in all its files.
            if file.ends_with("mod.rs") && text.contains("#![") {
                writeln!(mistakes, "{file} must allow unsafe code for single items").unwrap();
            }
            allowed.insert(file);
        }
    }
    assert!(mistakes.is_empty(), "unsafe code is allowed by file:\n{mistakes}");
    let described = rows(&section(DESIGN, "Where is unsafe code?")).concat().into_iter().collect();
    assert_same("files with unsafe code", &allowed, &described);
    assert!(read(&root().join(LIBRARY).join("lib.rs")).contains("#![deny(unsafe_code)]"));
    assert!(read(&root().join(MACROS).join("lib.rs")).contains("#![forbid(unsafe_code)]"));
}

/// The standard library's clocks panic on `wasm32-unknown-unknown`, so all others read them through `clock`.
#[test]
fn only_the_room_of_clocks_reads_a_clock() {
    let mut mistakes = String::new();
    for path in source_files(&root().join(LIBRARY), false) {
        let (file, text) = (relative(&path, LIBRARY), read(&path));
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(&text);
        for (number, line) in (1..).zip(code.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            let imports = line.contains("std::time::") && line.contains("Instant");
            if !file.starts_with("clock/") && (imports || line.contains("SystemTime::now")) {
                writeln!(mistakes, "{file}:{number}: {line}").unwrap();
            }
        }
    }
    assert!(mistakes.is_empty(), "clocks that `clock` should read:\n{mistakes}");
}

#[test]
fn documents_name_files_that_exist() {
    for document in [DESIGN, CONTRIBUTING] {
        let text = read(&root().join(document));
        let is_file = |name: &String| name.contains('/') && is_rust(Path::new(name));
        for file in names(&text).filter(is_file) {
            let exists =
                [root().join(&file), root().join(LIBRARY).join(&file)].iter().any(|path| path.exists());
            assert!(exists, "{document} names the file {file:?}");
        }
    }
}

#[test]
fn the_glossary_is_sorted_and_names_what_is_in_the_source() {
    let files = [LIBRARY, MACROS].map(|source| source_files(&root().join(source), false)).concat();
    let source: String = files.iter().map(|path| read(path)).collect();
    let is_part = |char: char| char.is_alphanumeric() || char == '_';
    let words: BTreeSet<&str> = source.split(|char| !is_part(char)).collect();
    let glossary = section(CONTRIBUTING, "Glossary");
    let rows = glossary.lines().map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    let mut last = "";
    for row in rows.skip_while(|row| !row.contains(&"---")).skip(1) {
        let [_, term, _, in_the_code, _] = *row else { continue };
        assert!(last < term, "the glossary has {term:?} after {last:?}");
        last = term;
        for name in names(in_the_code) {
            assert!(
                words.contains(name.trim_matches(|char| !is_part(char))),
                "the glossary has `{name}` for {term:?}, which is not in the source"
            );
        }
    }
    assert!(!last.is_empty(), "the glossary is empty");
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
    path.strip_prefix(root().join(source)).expect("below it").display().to_string().replace('\\', "/")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn tokens(path: &Path) -> TokenStream {
    read(path).parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

/// All files below `folder`, with or without those of tests.
fn source_files(folder: &Path, with_tests: bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let files_of = |path: PathBuf| match path.file_name().and_then(|name| name.to_str()) {
        Some("tests") if !with_tests => Vec::new(),
        _ if path.is_dir() => source_files(&path, with_tests),
        _ if is_rust(&path) => vec![path],
        _ => Vec::new(),
    };
    paths.flat_map(files_of).collect()
}
