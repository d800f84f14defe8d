//! What three hundred threads hold that each use the same metrics.

use super::{Subject, Weight, What};
use crate::functions::{call, thousand};
use crate::peers::BOUNDS;
use crate::{Fallible, crowd, families, machine};
use std::hint::black_box;
use tachometer::{Counter, Gauge, Histogram};

pub(super) const THREADS: usize = 300;

/// The number of functions that a whole crowd calls.
pub(super) const FUNCTIONS: usize = 1_000;

/// What the others are compared with.
pub(super) const NOTHING: &str = "nothing";

/// Random choices of 18 series: all have been chosen by then.
const CHOICES: u64 = 2_000;

// Without `metrics!`: these are then shown from their first use on, and no part of what other subcommands read.
static COUNTER: Counter = Counter::new("weighed_total", "Counts");
static GAUGE: Gauge = Gauge::new("weighed", "Levels");
static HISTOGRAM: Histogram = Histogram::new("weighed_values", "Values", &BOUNDS);

pub(super) fn weigh(work: &(impl Fn() + Sync)) -> Fallible<Weight> {
    // What all threads share is not to be counted.
    work();
    let work = || {
        touch_stack();
        work();
    };
    let before = machine::allocated()?;
    let first = crowd::alive(THREADS, work, machine::allocated)?;
    let next = crowd::alive(THREADS, work, machine::allocated)?;
    Ok(Weight { bytes: first as f64 - before as f64, growth: next as f64 - first as f64 })
}

/// Weighs a thousand functions that each of `threads` threads has called, and what a snapshot keeps of that.
pub(super) fn weigh_functions(threads: usize) -> Fallible<Weight> {
    call(thousand());
    drop(tachometer::snapshot());
    let before = machine::allocated()?;
    let work = || {
        touch_stack();
        call(thousand());
    };
    let (called, read) = crowd::alive(threads, work, || {
        let called = machine::allocated();
        drop(tachometer::snapshot());
        (called, machine::allocated())
    });
    let (called, read) = (called?, read?);
    Ok(Weight { bytes: called as f64 - before as f64, growth: read as f64 - called as f64 })
}

pub(super) fn subjects() -> Vec<Subject> {
    let subject =
        |(name, work): (&str, fn())| Subject { name: name.to_owned(), what: What::Threads(Box::new(work)) };
    let functions = [1, 8, 64, 300].map(|threads| Subject {
        name: format!("{FUNCTIONS} functions by {threads} threads"),
        what: What::Functions { threads },
    });
    OURS.map(subject).into_iter().chain(of_families()).chain(functions).collect()
}

const OURS: [(&str, fn()); 7] = [
    (NOTHING, || {}),
    ("1 instrumented function", || call(&thousand()[..1])),
    ("100 instrumented functions", || call(&thousand()[..100])),
    ("1 `Counter`", || COUNTER.increment()),
    ("1 `Gauge`", || GAUGE.increment()),
    ("1 `Histogram`, 10 bounds", || HISTOGRAM.observe(420)),
    ("1 of each of these kinds", || {
        call(&thousand()[..1]);
        COUNTER.increment();
        GAUGE.increment();
        HISTOGRAM.observe(420);
    }),
];

/// All 18 series of each row there, but for those that find the same series otherwise.
fn of_families() -> Vec<Subject> {
    let mut subjects = Vec::new();
    for table in [families::ENUMS, families::STRINGS, families::HISTOGRAMS] {
        let mut library = "";
        for row in families::libraries(table) {
            // A row that begins with `…` is one of the same library as that before it.
            let name = match row.name.strip_prefix("… ") {
                Some(variant) => format!("{library}, {variant}"),
                None => row.name.to_owned(),
            };
            if name == row.name {
                library = row.name.split(", ").next().unwrap_or_default();
            }
            subjects.push(Subject {
                name: format!("{}: {name}", families::TABLES[table]),
                what: What::Threads(Box::new(move || {
                    (row.begin)();
                    (row.run)(CHOICES);
                })),
            });
        }
    }
    subjects
}

/// Makes resident whatever part of its stack a thread needs for a call, also where it calls nothing.
#[inline(never)]
fn touch_stack() {
    black_box([0_u8; 16 * 1024]);
}
