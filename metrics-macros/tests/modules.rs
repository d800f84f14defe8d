//! The order of the modules, as the crate's root lists it.

use std::fs;
use std::path::Path;

/// The modules in the rows of the table, from the bottom up.
fn rows(root: &str) -> Vec<Vec<&str>> {
    let cells = root.lines().filter_map(|line| line.strip_prefix("//! | `")?.split(" | ").next());
    cells.map(|cell| cell.trim_matches('`').split("`, `").collect()).collect()
}

/// The modules of this crate that a source imports or names by a path.
fn imports(source: &str) -> impl Iterator<Item = &str> {
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(move |line| {
        let paths =
            line.match_indices("crate::").map(|(index, root)| (&line[..index], &line[index + root.len()..]));
        paths.filter(move |(before, _)| !before.ends_with(is_of_word))
    })
    .map(move |(_, path)| path.split(|c| !is_of_word(c)).next().unwrap_or_default())
}

#[test]
fn each_module_imports_only_from_rows_above_its_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let root = fs::read_to_string(folder.join("lib.rs")).unwrap();
    let rows = rows(&root);
    let row_of = |module: &str| rows.iter().position(|row| row.contains(&module));
    let mut modules = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if module == "lib" {
            continue;
        }
        modules += 1;
        let row = row_of(&module).unwrap_or_else(|| panic!("`{module}` is in no row"));
        for import in imports(&fs::read_to_string(&path).unwrap()) {
            let imported =
                row_of(import).unwrap_or_else(|| panic!("`{module}` imports `{import}`, which is in no row"));
            assert!(imported < row, "`{module}` imports `{import}`, which is not above it");
        }
    }
    assert_eq!(modules, rows.iter().map(Vec::len).sum::<usize>(), "a row lists a module that is not there");
}
