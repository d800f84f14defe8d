//! Differences between expected and counted values, as text.

use std::fmt::{self, Write};
use std::panic::Location;

/// A difference between what was expected and what was counted. [`Display`](fmt::Display) shows it as several lines of text.
///
/// Returned by [`Watch::check`](super::Watch::check), and the panic message of [`Watch::assert`](super::Watch::assert).
/// [`Debug`](fmt::Debug) shows the same text, so `unwrap()` is readable too.
#[derive(Clone, PartialEq, Eq)]
pub struct Difference(String);

impl Difference {
    pub(super) fn new(text: String) -> Self {
        Difference(text)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Difference {}

/// The phrase `, since the watch at tests/cart.rs:12`.
pub(super) struct Since(pub(super) &'static Location<'static>);

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ", since the watch at {}:{}", self.0.file(), self.0.line())
    }
}

/// A table of expected and counted values, one row each.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<Row>,
    note: Option<String>,
}

struct Row {
    name: String,
    expected: String,
    counted: String,
    differs: bool,
}

impl Table {
    /// Adds a row.
    pub(super) fn row(
        &mut self,
        name: impl Into<String>,
        expected: impl fmt::Display,
        counted: impl fmt::Display,
        differs: bool,
    ) {
        let (expected, counted) = (expected.to_string(), counted.to_string());
        self.rows.push(Row { name: name.into(), expected, counted, differs });
    }

    /// Adds a row for a number, unless it is zero and expected to be. `None` accepts any number.
    pub(super) fn count<N: PartialEq + Default + fmt::Display>(
        &mut self,
        name: impl Into<String>,
        expected: Option<N>,
        counted: N,
    ) {
        let zero = N::default();
        match expected {
            Some(expected) if expected == zero && counted == zero => {}
            None if counted == zero => {}
            Some(expected) => {
                let differs = expected != counted;
                self.row(name, expected, counted, differs);
            }
            None => self.row(name, "any", counted, false),
        }
    }

    /// Sets a line below the table.
    pub(super) fn note(&mut self, note: String) {
        self.note = Some(note);
    }

    /// Returns whether no row differs.
    pub(super) fn is_as_expected(&self) -> bool {
        self.rows.iter().all(|row| !row.differs)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = |text: fn(&Row) -> &str, heading: &str| {
            let widths = self.rows.iter().map(|row| text(row).chars().count());
            widths.chain([heading.len()]).max().unwrap_or_default()
        };
        let name = widest(|row| &row.name, "");
        let expected = widest(|row| &row.expected, "expected");
        let counted = widest(|row| &row.counted, "counted");
        write!(f, "\n  {:name$}  {:>expected$}  {:>counted$}", "", "expected", "counted")?;
        for row in &self.rows {
            let mark = if row.differs { "  <--" } else { "" };
            write!(
                f,
                "\n  {:name$}  {:>expected$}  {:>counted$}{mark}",
                row.name, row.expected, row.counted
            )?;
        }
        self.note.iter().try_for_each(|note| write!(f, "\n  {note}"))
    }
}

/// Appends a line.
pub(super) fn add_line(text: &mut String, line: &str) {
    let _ = write!(text, "\n  {line}");
}

/// Appends a list under a heading, if it is not empty. A long list is truncated.
pub(super) fn add_list(text: &mut String, heading: &str, lines: impl IntoIterator<Item = String>) {
    const MAX_LINES: usize = 12;
    let mut lines = lines.into_iter();
    let mut heading = Some(heading);
    for line in lines.by_ref().take(MAX_LINES) {
        if let Some(heading) = heading.take() {
            let _ = write!(text, "\n  {heading}:");
        }
        let _ = write!(text, "\n    {line}");
    }
    let more = lines.count();
    if more > 0 {
        let _ = write!(text, "\n    … and {more} more");
    }
}
