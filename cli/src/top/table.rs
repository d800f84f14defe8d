//! The table: its columns, those that fit, and its rows in order.

use super::keys::State;
use crate::model::{Row, View};
use crate::text::{self, padded};
use std::cmp::Ordering;

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Name,
    Calls,
    Errors,
    Panics,
    Cancelled,
    InFlight,
    P50,
    P95,
    P99,
    Max,
    Busy,
}

/// A part of a line in one style.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub(super) text: String,
    pub(super) style: Style,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Style {
    Plain,
    Bold,
    Faint,
    Heading,
    Alarm,
}

pub(super) type Line = Vec<Span>;

/// Returns a line, or a part of it, in one style.
pub(super) fn span(text: impl Into<String>, style: Style) -> Span {
    Span { text: text.into(), style }
}

impl Column {
    pub(crate) const ALL: [Column; 11] = [
        Column::Name,
        Column::Calls,
        Column::Errors,
        Column::Panics,
        Column::Cancelled,
        Column::InFlight,
        Column::P50,
        Column::P95,
        Column::P99,
        Column::Max,
        Column::Busy,
    ];

    /// The columns that a narrow terminal has no room for, the first to go first.
    const BY_IMPORTANCE: [Column; 9] = [
        Column::Cancelled,
        Column::P50,
        Column::Max,
        Column::InFlight,
        Column::Panics,
        Column::P95,
        Column::Busy,
        Column::Errors,
        Column::P99,
    ];

    /// Returns the name in `--sort`.
    pub(crate) fn option(self) -> &'static str {
        match self {
            Column::Name => "name",
            Column::Calls => "calls",
            Column::Errors => "errors",
            Column::Panics => "panics",
            Column::Cancelled => "cancelled",
            Column::InFlight => "in-flight",
            Column::P50 => "p50",
            Column::P95 => "p95",
            Column::P99 => "p99",
            Column::Max => "max",
            Column::Busy => "busy",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Column::ALL.into_iter().find(|column| column.option() == name)
    }

    /// Returns the column so many places further to the right, around the end.
    pub(super) fn neighbour(self, step: isize) -> Column {
        let place = Column::ALL.iter().position(|column| *column == self).unwrap_or(0);
        let count = Column::ALL.len();
        Column::ALL[(place + count).wrapping_add_signed(step) % count]
    }

    fn heading(self, is_interval: bool, is_dense: bool) -> &'static str {
        match self {
            Column::Name => "function",
            Column::Calls if is_interval => "calls/s",
            Column::Busy if !is_interval => "time",
            Column::InFlight if is_dense => "flight",
            Column::InFlight => "in flight",
            Column::Cancelled if is_dense => "cancel",
            other => other.option(),
        }
    }

    /// Returns the width of all columns but names: that of the widest cell, and of the heading with its mark.
    fn width(self, is_dense: bool) -> usize {
        match self {
            Column::Name => 0,
            Column::Cancelled | Column::InFlight if !is_dense => 10,
            Column::Busy if is_dense => 6,
            Column::P50 | Column::P95 | Column::P99 | Column::Max if !is_dense => 8,
            Column::Calls => 8,
            _ => 7,
        }
    }

    fn cell(self, row: &Row, view: &View) -> String {
        let function = &row.function;
        let seconds = view.interval.map(|interval| interval.as_secs_f64());
        match self {
            Column::Name => row.name.clone(),
            Column::Calls => text::count(function.calls() / seconds.unwrap_or(1.0)),
            Column::Errors => row.error_share().map_or_else(|| "-".to_owned(), text::share),
            Column::Panics => text::count(function.panics),
            Column::Cancelled => text::count(function.cancelled),
            Column::InFlight => function.in_flight.map_or_else(|| "-".to_owned(), text::count),
            Column::P50 => row.p50.shown(),
            Column::P95 => row.p95.shown(),
            Column::P99 => row.p99.shown(),
            Column::Max => row.max.shown(),
            Column::Busy => match seconds {
                Some(seconds) => text::share(function.busy() / seconds),
                None => text::time(function.busy()),
            },
        }
    }

    fn is_alarm(self, row: &Row) -> bool {
        match self {
            Column::Errors => row.function.errors > 0.0,
            Column::Panics => row.function.panics > 0.0,
            _ => false,
        }
    }

    /// Compares rows in the natural order of the column: names from A on, the largest numbers first.
    fn compare(self, a: &Row, b: &Row) -> Ordering {
        let number = |row: &Row| match self {
            Column::Name => 0.0,
            Column::Calls => row.function.calls(),
            Column::Errors => row.error_share().unwrap_or(-1.0),
            Column::Panics => row.function.panics,
            Column::Cancelled => row.function.cancelled,
            Column::InFlight => row.function.in_flight.unwrap_or(-1.0),
            Column::P50 => row.p50.sort_key(),
            Column::P95 => row.p95.sort_key(),
            Column::P99 => row.p99.sort_key(),
            Column::Max => row.max.sort_key(),
            Column::Busy => row.function.busy(),
        };
        number(b).total_cmp(&number(a))
    }
}

/// A table that is laid out.
#[derive(Debug)]
pub(super) struct Table<'a> {
    view: &'a View,
    rows: Vec<&'a Row>,
    columns: Vec<(Column, usize)>,
    sort: Column,
    is_ascending: bool,
    is_dense: bool,
}

impl<'a> Table<'a> {
    /// Lays out the rows that the filter lets pass, in a number of columns of a terminal, or in as many as they need.
    pub(super) fn new(view: &'a View, state: &State, columns: Option<usize>) -> Self {
        let filter = state.filter.to_lowercase();
        let mut rows: Vec<&Row> =
            view.rows.iter().filter(|row| row.full_name.to_lowercase().contains(&filter)).collect();
        rows.sort_by(|a, b| {
            let order = state.sort.compare(a, b).then_with(|| a.full_name.cmp(&b.full_name));
            if state.is_reversed { order.reverse() } else { order }
        });
        // Of all rows: a filter that is being typed does not move the columns.
        let longest = view.rows.iter().map(|row| text::width(&row.name)).max().unwrap_or(0);
        let (columns, is_dense) = fitting(columns.unwrap_or(usize::MAX), longest.max("function▲".len()));
        Table {
            view,
            rows,
            columns,
            sort: state.sort,
            is_ascending: (state.sort == Column::Name) != state.is_reversed,
            is_dense,
        }
    }

    /// Returns the number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn heading(&self) -> Line {
        let mark = if self.is_ascending { "▲" } else { "▼" };
        let cells = self.columns.iter().map(|&(column, width)| {
            let heading = column.heading(self.view.interval.is_some(), self.is_dense);
            let mark = if column == self.sort { mark } else { "" };
            let heading = text::start_of(&format!("{heading}{mark}"), width);
            padded(&heading, width, column == Column::Name)
        });
        vec![span(cells.collect::<Vec<_>>().join(self.gap()), Style::Heading)]
    }

    pub(super) fn lines(&self, skipped: usize, count: usize) -> impl Iterator<Item = Line> {
        self.rows.iter().skip(skipped).take(count).map(|row| self.line(row))
    }

    fn line(&self, row: &Row) -> Line {
        let mut line = Line::new();
        for &(column, width) in &self.columns {
            let cell = column.cell(row, self.view);
            let cell = if column == Column::Name {
                text::end_of(&cell, width)
            } else if self.is_dense {
                cell.replace(' ', "")
            } else {
                cell
            };
            let style = if column.is_alarm(row) { Style::Alarm } else { Style::Plain };
            if !line.is_empty() {
                line.push(span(self.gap(), Style::Plain));
            }
            line.push(span(padded(&text::start_of(&cell, width), width, column == Column::Name), style));
        }
        line
    }

    /// Returns the whole table without styles.
    pub(super) fn to_text(&self) -> String {
        let mut text = String::new();
        for line in std::iter::once(self.heading()).chain(self.lines(0, usize::MAX)) {
            let line: String = line.into_iter().map(|span| span.text).collect();
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    fn gap(&self) -> &'static str {
        if self.is_dense { " " } else { "  " }
    }
}

/// Returns the columns that fit, with their widths, and whether they are dense: first they move together, then the least important go, as
/// long as names are too short to be told apart.
fn fitting(columns: usize, longest_name: usize) -> (Vec<(Column, usize)>, bool) {
    const READABLE_NAME: usize = 24;
    let name = longest_name.min(READABLE_NAME);
    let others = |shown: &[Column], is_dense| -> usize {
        let gap = if is_dense { 1 } else { 2 };
        shown.iter().skip(1).map(|column| column.width(is_dense) + gap).sum()
    };
    let mut shown = Column::ALL.to_vec();
    let is_dense = others(&shown, false) + longest_name > columns;
    for column in Column::BY_IMPORTANCE {
        if others(&shown, is_dense) + name > columns {
            shown.retain(|other| *other != column);
        }
    }
    let room = columns.saturating_sub(others(&shown, is_dense));
    let width = |column| {
        if column == Column::Name { longest_name.min(room) } else { Column::width(column, is_dense) }
    };
    (shown.into_iter().map(|column| (column, width(column))).collect(), is_dense)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Answer;

    fn view() -> View {
        let function = |name: &str, errors: u32, seconds: f64| {
            format!(
                "function_calls_total{{function=\"{name}\",module=\"shop\",outcome=\"ok\"}} 123456\n\
                 function_calls_total{{function=\"{name}\",module=\"shop\",outcome=\"error\"}} {errors}\n\
                 function_calls_total{{function=\"{name}\",module=\"shop\",outcome=\"panic\"}} 3\n\
                 function_calls_in_flight{{function=\"{name}\",module=\"shop\"}} 4\n\
                 function_duration_seconds_bucket{{function=\"{name}\",module=\"shop\",le=\"+Inf\"}} 123456\n\
                 function_duration_seconds_sum{{function=\"{name}\",module=\"shop\"}} {seconds}\n\
                 function_duration_seconds_count{{function=\"{name}\",module=\"shop\"}} 123456\n\
                 function_duration_max_seconds{{function=\"{name}\",module=\"shop\"}} {seconds}\n"
            )
        };
        let texts = [
            function("charge", 7, 20.0),
            function("<Orders as Service<Request>>::call", 0, 30.0),
            function("価格", 99, 1.0),
        ];
        View::totals(&Answer::read(&texts.concat()))
    }

    #[test]
    fn whatever_the_width_no_line_is_longer_and_calls_stay() {
        let view = view();
        let state = State::new(Column::P95, "");
        let mut shown = 0;
        for columns in 20..200 {
            let table = Table::new(&view, &state, Some(columns));
            let lines = table.lines(0, 9).chain([table.heading()]);
            for line in lines {
                let width: usize = line.iter().map(|span| text::width(&span.text)).sum();
                assert!(width <= columns, "{width} in {columns}: {line:?}");
            }
            assert!(table.columns.len() >= shown, "a wider table has fewer columns");
            shown = table.columns.len();
            assert_eq!(table.columns[1].0, Column::Calls);
        }
        assert_eq!(shown, Column::ALL.len());
    }

    #[test]
    fn rows_are_sorted_and_filtered() {
        let view = view();
        let names = |sort, is_reversed, filter: &str| {
            let state = State { is_reversed, ..State::new(sort, filter) };
            let table = Table::new(&view, &state, None);
            table.rows.iter().map(|row| row.name.chars().next().unwrap()).collect::<String>()
        };
        assert_eq!(names(Column::Busy, false, ""), "<c価");
        assert_eq!(names(Column::Busy, true, ""), "価c<");
        assert_eq!(names(Column::Errors, false, ""), "価c<");
        assert_eq!(names(Column::Name, false, ""), "<c価");
        assert_eq!(names(Column::Name, false, "SHOP::C"), "c");
        assert_eq!(names(Column::Name, false, "nothing"), "");
    }

    #[test]
    fn without_a_width_everything_is_shown() {
        let view = view();
        let text = Table::new(&view, &State::new(Column::Busy, "ch"), None).to_text();
        assert_eq!(
            text,
            "function                               calls   errors   panics   cancelled   in flight       p50       p95       p99       max    time▼\n\
             charge                                  123k   0.006%        3           0           4    10.0 s    19.0 s    19.8 s    20.0 s   20.0 s\n"
        );
    }
}
