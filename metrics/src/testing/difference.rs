//! What was expected beside what was counted, as text.

use std::fmt::{self, Write};
use std::panic::Location;

/// What was expected and was not so, as a text of several lines that [`Display`](fmt::Display) shows.
///
/// Returned by [`Watch::check`](super::Watch::check); the message of the panic of [`Watch::assert`](super::Watch::assert).
/// [`Debug`](fmt::Debug) shows the same text, so that `unwrap()` may be read as well.
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

/// `, since the watch at tests/cart.rs:12`.
pub(super) struct Since(pub(super) &'static Location<'static>);

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ", since the watch at {}:{}", self.0.file(), self.0.line())
    }
}

/// Expected and counted side by side, a row for each thing that was expected or counted.
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
    /// A row that is always shown.
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

    /// A row for a number, unless it is nothing and was to be; `None` is any.
    pub(super) fn count<N: PartialEq + Default + fmt::Display>(
        &mut self,
        name: impl Into<String>,
        expected: Option<N>,
        counted: N,
    ) {
        let nothing = N::default();
        match expected {
            Some(expected) if expected == nothing && counted == nothing => {}
            None if counted == nothing => {}
            Some(expected) => {
                let differs = expected != counted;
                self.row(name, expected, counted, differs);
            }
            None => self.row(name, "any", counted, false),
        }
    }

    /// Stands below.
    pub(super) fn note(&mut self, note: String) {
        self.note = Some(note);
    }

    /// Whether all is as it was expected.
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

/// Adds a line below what there is.
pub(super) fn add_line(text: &mut String, line: &str) {
    let _ = write!(text, "\n  {line}");
}

/// Adds a list of single lines under a heading, if there are any; not all of very many.
pub(super) fn add_list(text: &mut String, heading: &str, lines: impl IntoIterator<Item = String>) {
    const MOST: usize = 12;
    let mut lines = lines.into_iter();
    let mut heading = Some(heading);
    for line in lines.by_ref().take(MOST) {
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
