//! What documents state is what the source and the records hold: the table of all atomic operations in
//! `docs::memory_ordering`, and the figures of `COMPARE.md` and the README.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const SOURCE: &str = "metrics/src";
const DOCUMENT: &str = "metrics/src/docs/memory_ordering.md";
const WEAKENINGS: &str = ".ci/weaken.py";

const ORDERINGS: [&str; 5] = ["Relaxed", "Acquire", "Release", "AcqRel", "SeqCst"];

#[test]
fn the_document_has_every_ordering_of_the_source() {
    let in_document = orderings_in_document(&read(&root().join(DOCUMENT)));
    let mut in_source = BTreeMap::new();
    let mut mistakes = Vec::new();
    for path in source_files(&root().join(SOURCE)) {
        let file = path.strip_prefix(root().join(SOURCE)).expect("below it").display().to_string();
        let file = file.replace('\\', "/");
        let text = read(&path);
        if code(&text).any(imports_an_ordering) {
            mistakes.push(format!("{SOURCE}/{file} imports an ordering: write `Ordering::` before each."));
        }
        in_source.extend(orderings_in_code(&text).map(|orderings| (file, orderings)));
    }
    assert!(!in_source.is_empty(), "{SOURCE} names no ordering: is it still there?");

    let files: BTreeSet<&String> = in_source.keys().chain(in_document.keys()).collect();
    for file in files {
        let [source, document] =
            [&in_source, &in_document].map(|named| named.get(file).map_or("none", |orderings| orderings));
        if source != document {
            mistakes.push(format!(
                "{SOURCE}/{file} has these orderings: {source}; the document says: {document}. Bring what stands under \
                 `### {file}` up to date, a row with its reason for each, then its line `In the source: {source}.`"
            ));
        }
    }
    assert!(mistakes.is_empty(), "{DOCUMENT} is not that of the source:\n{}", mistakes.join("\n"));
}

#[test]
fn the_document_relies_on_weakenings_that_exist() {
    let (document, weakenings) = (read(&root().join(DOCUMENT)), read(&root().join(WEAKENINGS)));
    let rows = document.lines().filter(|line| line.starts_with('|'));
    let last_cells = rows.filter_map(|row| row.rsplit('|').nth(1));
    // Between asterisks: every other part.
    let named: Vec<&str> = last_cells.flat_map(|cell| cell.split('*').skip(1).step_by(2)).collect();
    assert!(!named.is_empty(), "{DOCUMENT} names no weakening in the last column of its tables");
    for name in named {
        assert!(
            weakenings.contains(&format!("(\"{name}\",")),
            "{WEAKENINGS} has no {name:?}, as {DOCUMENT} says"
        );
    }
}

#[test]
fn every_figure_is_in_a_record_that_its_section_links_to() {
    let mut checked = 0;
    for file in ["COMPARE.md", "README.md"] {
        let document = read(&root().join(file));
        for section in document.split("\n## ") {
            let records: String = linked_records(section).map(|path| read(&path)).collect();
            let recorded: BTreeSet<&str> = numbers(&records).collect();
            // The first cell of a row names a library and its version.
            let rows = section.lines().filter(|line| !records.is_empty() && line.starts_with('|'));
            for number in rows.flat_map(|row| row.split('|').skip(2)).flat_map(numbers) {
                assert!(
                    recorded.contains(number),
                    "{file}: {number} is in no record that its section links to:\n{section}"
                );
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "only {checked} figures were found: do the sections link to their records?");
}

/// The records that a section links to; of a link to a folder, all in it.
/// The guide cannot compile it: the library does not depend on tracing libraries.
#[test]
fn the_source_of_traces_in_the_guide_is_that_of_the_example() {
    let guide = read(&root().join("metrics/src/docs/guide/exporting.md"));
    let (_, source) = guide.split_once("```text\nfn current_trace").expect("the guide has a source");
    let (source, _) = source.split_once("```").expect("it ends");
    let example = read(&root().join("examples/traces/with_tracing_opentelemetry.rs"));
    assert!(
        example.contains(&format!("fn current_trace{source}")),
        "the example has no such function:{source}"
    );
}

fn linked_records(section: &str) -> impl Iterator<Item = PathBuf> {
    let targets = section.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let records = targets.filter(|target| target.starts_with("benchmarks/records"));
    records.map(|target| root().join(target)).flat_map(|path| {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("a readable folder");
            entries.map(|entry| entry.expect("a readable folder").path()).collect()
        } else {
            vec![path]
        }
    })
}

/// The decimal numbers of a text, as they are written.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let tokens = text.split(|char: char| !char.is_ascii_digit() && char != '.');
    tokens.map(|token| token.trim_matches('.')).filter(|token| !token.is_empty())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files below `folder` but those of tests and models.
fn source_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let files_of = |path: PathBuf| match path.file_name().and_then(|name| name.to_str()) {
        Some("tests") => Vec::new(),
        _ if path.is_dir() => source_files(&path),
        _ if path.extension().is_some_and(|extension| extension == "rs") => vec![path],
        _ => Vec::new(),
    };
    paths.flat_map(files_of).collect()
}

/// The lines that are no comments, down to the tests.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let before_tests = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    before_tests.lines().map(str::trim_start).filter(|line| !line.starts_with("//"))
}

/// Then it could be named without `Ordering::` before it, and would not be counted.
fn imports_an_ordering(line: &str) -> bool {
    let is_import = line.starts_with("use ") || line.contains(" use ");
    let names_one = ORDERINGS.iter().any(|name| line.contains(&format!("Ordering::{name}")));
    line.contains("Ordering::{") || line.contains("Ordering::*") || is_import && names_one
}

/// `3 Relaxed, 1 Acquire`; `None` where there is no ordering.
fn orderings_in_code(text: &str) -> Option<String> {
    let count =
        |name| code(text).map(|line| line.matches(&format!("Ordering::{name}")).count()).sum::<usize>();
    let counts = ORDERINGS.map(|name| (count(name), name));
    let named: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    (!named.is_empty()).then(|| named.join(", "))
}

/// By file, what the document says of it in the same words.
fn orderings_in_document(document: &str) -> BTreeMap<String, String> {
    let mut file = "";
    let mut orderings = BTreeMap::new();
    for line in document.lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            file = heading;
        } else if let Some(named) = line.strip_prefix("In the source: ") {
            orderings.insert(file.to_owned(), named.trim_end_matches('.').to_owned());
        }
    }
    orderings
}

#[test]
fn all_features_are_documented_and_built_alone() {
    let manifest = read(&root().join("metrics/Cargo.toml"));
    let section = manifest.split("\n[features]\n").nth(1).and_then(|rest| rest.split("\n\n").next());
    let lines = section.expect("there are features").lines();
    let names = lines.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name);
    let features: BTreeSet<&str> =
        names.filter(|name| !["default"].contains(name) && !name.starts_with('#')).collect();
    assert!(features.contains("enabled") && features.contains("json"), "{features:?}");
    let listed = |file: &str, prefix: &str| -> BTreeSet<String> {
        let text = read(&root().join(file));
        let table =
            text.split(&format!("{prefix}| feature |")).nth(1).expect("a table of features").to_owned();
        let rows = table.lines().skip(2).take_while(|line| line.starts_with(&format!("{prefix}|")));
        rows.filter_map(|row| Some(row.split('`').nth(1)?.to_owned())).collect()
    };
    let expected: BTreeSet<String> = features.iter().map(ToString::to_string).collect();
    assert_eq!(listed("README.md", ""), expected, "README.md");
    assert_eq!(listed("metrics/src/lib.rs", "//! "), expected, "metrics/src/lib.rs");
    let run = read(&root().join(".ci/run"));
    let alone = run.lines().find_map(|line| line.trim().strip_prefix("for feature in ")).expect("a loop");
    let alone = alone.split(';').next().expect("it ends").split(' ');
    let alone: BTreeSet<String> = alone.map(str::to_owned).collect();
    let expected: BTreeSet<String> = expected.into_iter().filter(|name| name != "enabled").collect();
    assert_eq!(alone, expected, ".ci/run");
}
