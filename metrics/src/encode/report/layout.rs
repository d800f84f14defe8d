//! The layout of a table: its columns, and how they fit in a width.

use super::row::Row;
use super::time::short_time;
use std::fmt;
use std::time::Duration;

/// A table with its columns, of which the first has names.
pub(super) struct Layout {
    columns: Vec<Column>,
    gap: usize,
    is_colored: bool,
}

struct Column {
    heading: &'static str,
    cells: Vec<String>,
    width: usize,
    /// Whether its cells say that something is wrong.
    is_alarming: bool,
}

/// The shortest width of names.
const MIN_NAME: usize = 12;

/// The columns that a narrow table has no room for, the first to go first. Names and calls stay.
const BY_IMPORTANCE: [&str; 10] =
    ["p50", "max", "in flight", "share", "cancelled", "p95", "p99", "panics", "errors", "total"];

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[31m";
const PLAIN: &str = "\x1b[0m";

impl Layout {
    /// Lays out rows in a table that is `width` columns wide at most, if that is possible.
    pub(super) fn new(rows: &[Row<'_>], width: usize, is_colored: bool) -> Self {
        let time = |time: Option<Duration>| time.map_or_else(|| "-".to_owned(), short_time);
        let count = |count: u64| count.to_string();
        let column = |heading, cell: &dyn Fn(&Row<'_>) -> String| {
            Column::new(heading, rows.iter().map(cell).collect())
        };
        let mut columns = vec![
            column("function", &|row| row.name().to_owned()),
            column("calls", &|row| count(row.function().calls())),
            column("errors", &|row| count(row.function().errors)).alarming(),
            column("panics", &|row| count(row.function().panics)).alarming(),
            column("cancelled", &|row| count(row.function().cancelled)),
            column("in flight", &|row| row.function().in_flight.to_string()),
            column("total", &|row| short_time(row.total_time())),
            column("share", &|row| {
                row.share().map_or_else(|| "-".to_owned(), |share| format!("{:.1}%", share * 100.0))
            }),
            column("p50", &|row| time(row.function().percentile(0.5))),
            column("p95", &|row| time(row.function().percentile(0.95))),
            column("p99", &|row| time(row.function().percentile(0.99))),
            column("max", &|row| time(row.function().max())),
        ];
        let may_be_zero = ["errors", "panics", "cancelled", "in flight"];
        columns.retain(|column| {
            !may_be_zero.contains(&column.heading) || column.cells.iter().any(|cell| cell != "0")
        });
        let mut layout = Layout { columns, gap: 2, is_colored };
        layout.fit(width);
        layout
    }

    /// Makes the table narrower until it fits: first the names, as far as they can be told apart, then the gaps, then the units. Then
    /// columns are left out.
    fn fit(&mut self, width: usize) {
        const COMFORTABLE_NAME: usize = 24;
        self.fit_names(width, COMFORTABLE_NAME);
        if self.width() > width {
            self.gap = 1;
            for column in &mut self.columns[1..] {
                column.replace(|cell| cell.replace(' ', ""));
            }
            self.columns[0].width = self.columns[0].widest();
            self.fit_names(width, MIN_NAME);
        }
        for unimportant in BY_IMPORTANCE {
            if self.width() <= width {
                return;
            }
            self.columns.retain(|column| column.heading != unimportant);
            self.columns[0].width = self.columns[0].widest();
            self.fit_names(width, MIN_NAME);
        }
    }

    fn fit_names(&mut self, width: usize, least: usize) {
        let others = self.width() - self.columns[0].width;
        let names = &mut self.columns[0];
        names.width = names.width.min(width.saturating_sub(others).max(least));
    }

    fn width(&self) -> usize {
        self.columns.iter().map(|column| column.width + self.gap).sum::<usize>() - self.gap
    }
}

impl Column {
    fn new(heading: &'static str, cells: Vec<String>) -> Self {
        let mut column = Column { heading, cells, width: 0, is_alarming: false };
        column.width = column.widest();
        column
    }

    fn alarming(self) -> Self {
        Column { is_alarming: true, ..self }
    }

    fn replace(&mut self, replace: impl Fn(&String) -> String) {
        self.cells = self.cells.iter().map(replace).collect();
        self.width = self.widest();
    }

    fn widest(&self) -> usize {
        let cells = self.cells.iter().map(String::as_str);
        cells.chain([self.heading]).map(|cell| cell.chars().count()).max().unwrap_or(0)
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [bold, red, plain] = if self.is_colored { [BOLD, RED, PLAIN] } else { [""; 3] };
        let Some((names, others)) = self.columns.split_first() else { return Ok(()) };
        let gap = " ".repeat(self.gap);
        write!(f, "{bold}{:width$}", names.heading, width = names.width)?;
        for column in others {
            write!(f, "{gap}{:>width$}", column.heading, width = column.width)?;
        }
        writeln!(f, "{plain}")?;
        for (row, name) in names.cells.iter().enumerate() {
            let name = shortened(name, names.width);
            write!(f, "{name:width$}", width = names.width)?;
            for column in others {
                let cell = &column.cells[row];
                let is_alarm = column.is_alarming && cell != "0";
                let [begin, end] = if is_alarm { [red, plain] } else { [""; 2] };
                write!(f, "{gap}{begin}{cell:>width$}{end}", width = column.width)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// Returns a name of at most `width` characters: the end, which tells more than the beginning.
fn shortened(name: &str, width: usize) -> String {
    let length = name.chars().count();
    if length <= width {
        return name.to_owned();
    }
    let end: String = name.chars().skip(length - width.saturating_sub(1)).collect();
    format!("…{end}")
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn long_names_lose_their_beginning() {
        assert_eq!(["a", "abcdef", "äbcdéf"].map(|name| shortened(name, 4)), ["a", "…def", "…déf"]);
        assert_eq!(shortened("module::name{route=\"/orders\"}", 12), "…=\"/orders\"}");
    }
}
