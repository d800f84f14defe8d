//! The lines of a screen: what is watched, its totals, what is wrong, the table, and the keys.

use super::keys::State;
use super::live::Live;
use super::screen::Size;
use super::table::{Line, Span, Style, Table, span};
use crate::model::View;
use crate::text::{self, clean, padded, start_of};
use std::time::Duration;

/// Lines above and below the rows: title, totals, message, heading; keys.
const OTHERS: usize = 5;

/// Returns the lines of a screen, at most as many as it has, none wider than it is.
pub(super) fn lines(url: &str, interval: Duration, live: &Live, state: &mut State, size: Size) -> Vec<Line> {
    let table = Table::new(&live.view, state, Some(size.columns));
    let page = size.rows.saturating_sub(OTHERS);
    state.fit_scroll(table.len(), page);
    let (message, style) = match live.message() {
        Some((message, true)) => (message, Style::Alarm),
        Some((message, false)) => (message, Style::Bold),
        None => (String::new(), Style::Plain),
    };
    let mut lines = vec![
        title(url, interval, state, size.columns),
        vec![span(start_of(&totals(&live.view), size.columns), Style::Plain)],
        vec![span(start_of(&message, size.columns), style)],
    ];
    if !live.view.rows.is_empty() {
        let heading: String = table.heading().into_iter().map(|span| span.text).collect();
        lines.push(vec![span(padded(&start_of(&heading, size.columns), size.columns, true), Style::Heading)]);
        lines.extend(table.lines(state.scroll, page).map(|line| fitted(line, size.columns)));
    }
    let last = size.rows.saturating_sub(1);
    lines.resize(last, Line::new());
    lines.push(keys(state, table.len(), live.view.rows.len(), size.columns));
    lines
}

/// Cuts a line of a table, for a terminal that has no room for a name and its calls.
fn fitted(line: Line, columns: usize) -> Line {
    let mut room = columns;
    let cut = |part: Span| {
        let text = start_of(&part.text, room);
        room -= text::width(&text);
        span(text, part.style)
    };
    line.into_iter().map(cut).collect()
}

fn title(url: &str, interval: Duration, state: &State, columns: usize) -> Line {
    const NAME: &str = "tachometer top ";
    let right = if state.is_paused {
        " PAUSED".to_owned()
    } else {
        format!(" every {}", text::time(interval.as_secs_f64()))
    };
    let room = columns.saturating_sub(NAME.len() + right.len());
    vec![
        span(start_of(NAME, columns), Style::Bold),
        span(padded(&start_of(&clean(url), room), room, true), Style::Plain),
        span(start_of(&right, columns.saturating_sub(NAME.len())), Style::Faint),
    ]
}

/// Returns the sums over all functions, whatever the filter.
fn totals(view: &View) -> String {
    if view.rows.is_empty() {
        return String::new();
    }
    let sum =
        |of: fn(&crate::model::Function) -> f64| view.rows.iter().map(|row| of(&row.function)).sum::<f64>();
    let (calls, errors) = (sum(crate::model::Function::calls), sum(|function| function.errors));
    let functions = match view.rows.len() {
        1 => "1 function".to_owned(),
        count => format!("{count} functions"),
    };
    let made = match view.interval {
        Some(interval) => {
            let seconds = interval.as_secs_f64();
            format!("{} calls/s over {}", text::count(calls / seconds), text::time(seconds))
        }
        None => format!("{} calls since the start", text::count(calls)),
    };
    let errors = if calls > 0.0 { text::share(errors / calls) } else { "-".to_owned() };
    let panics = text::count(sum(|function| function.panics));
    let in_flight = text::count(sum(|function| function.in_flight.unwrap_or(0.0)));
    format!("{made} · errors {errors} · panics {panics} · in flight {in_flight} · {functions}")
}

fn keys(state: &State, matching: usize, all: usize, columns: usize) -> Line {
    if state.is_typing {
        let (before, after) = ("filter: ", "▏  Enter keep  Esc clear");
        let room = columns.saturating_sub(text::width(before) + text::width(after));
        let typed = text::end_of(&clean(&state.filter), room);
        return vec![span(start_of(&format!("{before}{typed}{after}"), columns), Style::Bold)];
    }
    let mut line = Line::new();
    let mut room = columns;
    let mut add = |text: String, style| {
        let text = start_of(&text, room);
        room -= text::width(&text);
        line.push(span(text, style));
    };
    if !state.filter.is_empty() {
        add(format!("{matching} of {all} match {:?}  ", clean(&state.filter)), Style::Bold);
    }
    if matching > state.page {
        add(
            format!("{}–{} of {matching}  ", state.scroll + 1, (state.scroll + state.page).min(matching)),
            Style::Bold,
        );
    }
    let since = if state.is_since_start { "t interval" } else { "t since start" };
    let pause = if state.is_paused { "p go on" } else { "p pause" };
    add(format!("q quit  / filter  ←→ sort  r reverse  {since}  {pause}  ↑↓ scroll"), Style::Faint);
    line
}

#[cfg(test)]
mod tests {
    use super::super::events::Scraped;
    use super::super::table::Column;
    use super::*;
    use crate::model::Answer;
    use proptest::prelude::*;
    use std::time::Instant;

    proptest! {
        /// Whatever an endpoint, a person and a terminal do: nothing that moves the cursor, and nothing too wide.
        #[test]
        fn lines_fit_and_are_clean(
            names in prop::collection::vec(any::<String>(), 0..9),
            reason in any::<Option<String>>(),
            filter in any::<String>(),
            (is_typing, is_paused) in any::<(bool, bool)>(),
            columns in 0..130_usize,
            rows in 0..30_usize,
        ) {
            let quoted = |name: &String| name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let sample = |name| format!("function_calls_total{{function=\"{}\",outcome=\"panic\"}} 9\n", quoted(name));
            let text: String = names.iter().map(sample).collect();
            let mut live = Live::new();
            live.add(Scraped { began: Instant::now(), result: Ok(Answer::read(&text)) });
            if let Some(reason) = reason {
                live.add(Scraped { began: Instant::now(), result: Err(clean(&reason)) });
            }
            live.show(false, false);
            let mut state = State { is_typing, is_paused, ..State::new(Column::Busy, &filter) };
            let size = Size { columns, rows };
            let lines = lines("http://h:1/metrics", Duration::from_secs(2), &live, &mut state, size);
            prop_assert!(lines.len() <= rows.max(1));
            for line in lines {
                let line: String = line.into_iter().map(|span| span.text).collect();
                prop_assert!(text::width(&line) <= columns, "{line:?}");
                prop_assert!(!line.chars().any(char::is_control), "{line:?}");
            }
        }
    }
}
