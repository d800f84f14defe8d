//! A comparison as a table for people, as Markdown, and as JSON.

use super::compare::{Change, Comparison, Exceeded, Numbers};
use crate::text::{count, padded, share, time, width};
use serde_json::{Value, json};
use std::fmt::Write as _;

const HEADINGS: [&str; 7] = ["function", "calls", "errors", "mean", "p50", "p95", "p99"];

/// Writes a line for each function: the numbers of the new run, each with its change.
pub(super) fn text(comparison: &Comparison) -> String {
    let rows: Vec<Vec<[String; 2]>> = comparison.functions.iter().map(row).collect();
    let mut text = String::new();
    if !rows.is_empty() {
        let widths: Vec<[usize; 2]> = (0..HEADINGS.len())
            .map(|column| {
                [0, 1].map(|part| rows.iter().map(|row| width(&row[column][part])).max().unwrap_or(0))
            })
            .collect();
        // A column has a value and its change.
        let full = |column: usize| {
            let [value, change] = widths[column];
            (value + change + usize::from(change > 0)).max(HEADINGS[column].len())
        };
        let mut line = String::new();
        for (column, heading) in HEADINGS.into_iter().enumerate() {
            let gap = if column == 0 { "" } else { "   " };
            line.push_str(gap);
            line.push_str(&padded(heading, full(column), column == 0));
        }
        writeln!(text, "{}", line.trim_end()).expect("a String");
        for row in &rows {
            let mut line = padded(&row[0][0], full(0), true);
            for (column, [value, change]) in row.iter().enumerate().skip(1) {
                let change = padded(change, widths[column][1], false);
                line.push_str("   ");
                line.push_str(&padded(&format!("{value} {change}"), full(column), false));
            }
            writeln!(text, "{}", line.trim_end()).expect("a String");
        }
    }
    text.push_str(&summary(comparison));
    text
}

/// Writes a table of Markdown: the numbers of both runs.
pub(super) fn markdown(comparison: &Comparison) -> String {
    let mut text = format!("| {} |\n| --- |{}\n", HEADINGS.join(" | "), " ---: |".repeat(HEADINGS.len() - 1));
    for change in &comparison.functions {
        let mut cells = vec![code(&change.name)];
        for ([old, new], [_, difference]) in both(change).into_iter().zip(row(change).into_iter().skip(1)) {
            cells.push(match (difference.as_str(), old == new) {
                (_, true) => new,
                ("", false) => format!("{old} → {new}"),
                (difference, false) => format!("{old} → {new} ({difference})"),
            });
        }
        writeln!(text, "| {} |", cells.join(" | ")).expect("a String");
    }
    let lines = summary(comparison);
    let lines: Vec<String> = lines.lines().map(escaped).collect();
    format!("{text}\n{}\n", lines.join("  \n"))
}

pub(super) fn json(comparison: &Comparison) -> String {
    let numbers = |numbers: &Numbers| {
        json!({
            "calls": numbers.calls,
            "errors": numbers.errors,
            "panics": numbers.panics,
            "cancelled": numbers.cancelled,
            "timed": numbers.timed,
            "error_share": numbers.error_share(),
            "mean_seconds": numbers.mean,
            "p50_seconds": numbers.p50,
            "p95_seconds": numbers.p95,
            "p99_seconds": numbers.p99,
        })
    };
    let exceeded = |exceeded: &Exceeded| match exceeded {
        Exceeded::ErrorShare { old, new, limit } => {
            json!({"what": "error_share", "old": old, "new": new, "max_increase": limit})
        }
        Exceeded::Time { what, old, new, limit } => {
            json!({"what": what, "old_seconds": old, "new_seconds": new, "max_relative_increase": limit})
        }
        Exceeded::Missing => json!({"what": "missing"}),
    };
    let functions: Vec<Value> = comparison
        .functions
        .iter()
        .map(|change| {
            json!({
                "function": change.name,
                "old": change.old.as_ref().map(numbers),
                "new": change.new.as_ref().map(numbers),
                "exceeded": change.exceeded.iter().map(exceeded).collect::<Vec<_>>(),
            })
        })
        .collect();
    format!("{:#}\n", json!({"is_exceeded": comparison.is_exceeded(), "functions": functions}))
}

/// Returns the cells of a function: values of the new run, or of the only one, and how they differ from the old one.
fn row(change: &Change) -> Vec<[String; 2]> {
    let (old, new) = (change.old.as_ref(), change.new.as_ref());
    let mark = match (old, new) {
        (None, _) => " (new)",
        (_, None) => " (gone)",
        _ => "",
    };
    let mut cells = vec![[format!("{}{mark}", change.name), String::new()]];
    let values = both(change).into_iter().map(|[old, new]| if change.new.is_some() { new } else { old });
    let difference = |of: &dyn Fn(&Numbers) -> Option<f64>| match (old.and_then(of), new.and_then(of)) {
        (Some(old), Some(new)) => relative(old, new),
        _ => String::new(),
    };
    let errors = match (old, new) {
        (Some(old), Some(new)) => points(old.error_share(), new.error_share()),
        _ => String::new(),
    };
    let differences = [
        difference(&|numbers| Some(numbers.calls as f64)),
        errors,
        difference(&|numbers| numbers.mean),
        difference(&|numbers| numbers.p50),
        difference(&|numbers| numbers.p95),
        difference(&|numbers| numbers.p99),
    ];
    cells.extend(values.zip(differences).map(|(value, difference)| [value, difference]));
    cells
}

/// Returns the values of both runs in each column but the first.
fn both(change: &Change) -> Vec<[String; 2]> {
    let shown = |of: &dyn Fn(&Numbers) -> String| {
        [&change.old, &change.new].map(|numbers| numbers.as_ref().map_or_else(|| "-".to_owned(), of))
    };
    let seconds = |time_of: Option<f64>| time_of.map_or_else(|| "-".to_owned(), time);
    vec![
        shown(&|numbers| count(numbers.calls as f64)),
        shown(&|numbers| share(numbers.error_share())),
        shown(&|numbers| seconds(numbers.mean)),
        shown(&|numbers| seconds(numbers.p50)),
        shown(&|numbers| seconds(numbers.p95)),
        shown(&|numbers| seconds(numbers.p99)),
    ]
}

fn relative(old: f64, new: f64) -> String {
    match (new - old) / old * 100.0 {
        change if change.is_nan() => "=".to_owned(),
        change if change.is_infinite() => "+∞".to_owned(),
        change if change.abs() < 0.05 => "=".to_owned(),
        change if change.abs() < 9.95 => format!("{change:+.1}%"),
        change => format!("{change:+.0}%"),
    }
}

/// Returns the difference of two shares in percentage points.
fn points(old: f64, new: f64) -> String {
    match (new - old) * 100.0 {
        change if change.abs() < 0.000_5 => "=".to_owned(),
        change if change.abs() < 0.1 => format!("{change:+.3}pt"),
        change => format!("{change:+.2}pt"),
    }
}

/// Returns what is exceeded, and what was not held to a threshold.
fn summary(comparison: &Comparison) -> String {
    let mut text = String::new();
    for change in &comparison.functions {
        for exceeded in &change.exceeded {
            let reason = match exceeded {
                Exceeded::ErrorShare { old, new, limit } => format!(
                    "errors {} → {}, {}; at most +{}pt",
                    share(*old),
                    share(*new),
                    points(*old, *new),
                    limit * 100.0
                ),
                Exceeded::Time { what, old, new, limit } => format!(
                    "{what} {} → {}, {}; at most +{}%",
                    time(*old),
                    time(*new),
                    relative(*old, *new),
                    limit * 100.0
                ),
                Exceeded::Missing => "not called by the new run".to_owned(),
            };
            writeln!(text, "EXCEEDED {}: {reason}", change.name).expect("a String");
        }
    }
    let thresholds = &comparison.thresholds;
    let spared = comparison.functions.iter().filter(|change| change.is_spared).count();
    if spared > 0 {
        let calls = thresholds.min_calls;
        writeln!(
            text,
            "{} with fewer than {calls} timed calls: no threshold of durations",
            functions(spared)
        )
        .expect("a String");
    }
    let verdict = match (thresholds.is_any(), comparison.is_exceeded()) {
        (false, _) => "no thresholds were given",
        (true, false) => "all within the thresholds",
        (true, true) => "a threshold is exceeded",
    };
    write!(text, "{} compared", functions(comparison.in_both())).expect("a String");
    let [gone, new] = [true, false].map(|is_old| comparison.in_one(is_old));
    for (count, run) in [(gone, "old"), (new, "new")] {
        if count > 0 {
            write!(text, ", {count} in the {run} run only").expect("a String");
        }
    }
    writeln!(text, "; {verdict}").expect("a String");
    text
}

fn functions(count: usize) -> String {
    if count == 1 { "1 function".to_owned() } else { format!("{count} functions") }
}

/// Returns a name as code, in a cell of a table.
fn code(name: &str) -> String {
    format!("`{}`", name.replace('`', "'").replace('|', "\\|"))
}

/// Returns a line without what Markdown would take for markup.
fn escaped(line: &str) -> String {
    let is_markup = |c: char| "\\`*_{}[]<>#|&~".contains(c);
    line.chars().flat_map(|c| is_markup(c).then_some('\\').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_relative_or_in_points() {
        let changes = [(1.0, 1.1), (1.0, 0.5), (1.0, 1.0001), (0.0, 1.0), (0.0, 0.0), (2.0, 2.02)];
        assert_eq!(changes.map(|(old, new)| relative(old, new)), ["+10%", "-50%", "=", "+∞", "=", "+1.0%"]);
        assert_eq!(
            [(0.0, 0.5), (0.01, 0.0105), (0.5, 0.5)].map(|(old, new)| points(old, new)),
            ["+50.00pt", "+0.050pt", "="]
        );
    }

    #[test]
    fn names_are_no_markup() {
        assert_eq!(code("f{a=\"x|y`z\"}"), "`f{a=\"x\\|y'z\"}`");
        assert_eq!(escaped("<b>*x*"), "\\<b\\>\\*x\\*");
    }
}
