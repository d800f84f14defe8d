//! What counting in one of 18 series costs that labels tell apart, beside other libraries.

mod client;
mod labels;
mod measured;
mod metrics;
mod opentelemetry;
mod ours;
mod prometheus;

use crate::record::Record;
use crate::row::Row;
use crate::{Fallible, rounds};
use labels::{SERIES, all_of, each};
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

const REFERENCE: &str = "18 shared cells, by number";

/// The tables, by number.
pub(crate) const ENUMS: usize = 0;
pub(crate) const STRINGS: usize = 2;
pub(crate) const HISTOGRAMS: usize = 3;
pub(crate) const TABLES: [&str; 4] = [
    "18 counters, labels of two enums (6 × 3)",
    "18 counters, a handle of each being held",
    "18 counters, labels of two strings (3 × 6)",
    "18 histograms with 10 bounds, labels of two enums (6 × 3)",
];

/// The rows that a library has in each of [`TABLES`].
type Library = [fn() -> Vec<Row>; TABLES.len()];

const LIBRARIES: [Library; 6] = [
    [ours::enums, ours::held, ours::strings, ours::histograms],
    [client::enums, client::held, client::strings, client::histograms],
    [prometheus::enums, prometheus::held, prometheus::strings, prometheus::histograms],
    [measured::enums, measured::held, measured::strings, measured::histograms],
    [metrics::enums, metrics::held, metrics::strings, metrics::histograms],
    [opentelemetry::enums, opentelemetry::held, opentelemetry::strings, opentelemetry::histograms],
];

static CELLS: [AtomicU64; SERIES] = [const { AtomicU64::new(0) }; SERIES];

pub(crate) fn run(arguments: &[String]) -> Fallible {
    let rounds = rounds::asked_for(arguments, rounds::ROUNDS)?;
    let mut body = String::new();
    for (index, what) in TABLES.iter().enumerate() {
        let separator = if index == 0 { "" } else { "\n" };
        write!(body, "{separator}{what}:\n\n{}", rounds::compare(&rows(index), REFERENCE, rounds)?)?;
    }
    Record {
        name: "families",
        title: "What a series costs that labels tell from 17 others",
        facts: vec![("rounds", rounds.to_string())],
        body,
        caveat: "Which series comes next is random and known to no predictor, the same in each row and run; two threads \
                 are at different places of it. With two threads, rows whose threads write to the same memory depend on \
                 which cores the host lends.",
    }
    .publish()
}

/// The rows of a table: what none can do without, then the libraries.
fn rows(table: usize) -> Vec<Row> {
    let plain = [
        Row::new("the choice of the labels", |calls| each(calls, |labels| labels.number)).lacks("anything"),
        Row::new(REFERENCE, |calls| {
            // Relaxed: these are numbers, and nothing else depends on them.
            each(calls, |labels| CELLS[labels.number].fetch_add(1, Ordering::Relaxed));
        })
        .begin(|| CELLS.iter().for_each(|cell| cell.store(0, Ordering::Relaxed)))
        .recorded(|| all_of(|labels| CELLS[labels.number].load(Ordering::Relaxed))),
    ];
    plain.into_iter().chain(libraries(table)).collect()
}

/// The rows of the libraries in a table.
pub(crate) fn libraries(table: usize) -> impl Iterator<Item = Row> {
    LIBRARIES.iter().flat_map(move |library| library[table]())
}

#[test]
fn every_series_counts_each_call() {
    for (index, what) in TABLES.iter().enumerate() {
        let rows = rows(index);
        assert!(rows[1..].iter().all(|row| row.recorded.is_some()), "{what}");
        rounds::compare(&rows, REFERENCE, 1).unwrap();
    }
}
