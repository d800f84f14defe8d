//! What a snapshot costs those who take it, and those who are counted meanwhile.

use crate::functions::{Function, call, thousand};
use crate::many::{LIBRARIES, Library, Many};
use crate::record::Record;
use crate::statistics::median;
use crate::table::Table;
use crate::{Fallible, crowd, machine, no_arguments};
use std::hint::black_box;
use std::slice;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tachometer::Format;

/// How many snapshots a median is taken of.
const SNAPSHOTS: usize = 101;

/// Snapshots before those.
const WARM_UP: usize = 10;

/// What a writer is disturbed by: what it is called, what is done, and how long from one time to the next.
type Disturbance = (&'static str, fn(&mut String), Duration);

const DISTURBANCES: [Disturbance; 2] = [
    ("100 snapshots a second", |_| drop(black_box(tachometer::snapshot())), Duration::from_millis(10)),
    ("scrape after scrape, without pause", scrape, Duration::ZERO),
];

/// How often a reader at rest looks whether it shall disturb.
const REST: Duration = Duration::from_millis(10);

/// How long the writer is watched with snapshots, and as long without, and how often.
const WINDOW: Duration = Duration::from_millis(300);
const PAIRS: usize = 21;

pub(crate) fn run(arguments: &[String]) -> Fallible {
    no_arguments(arguments)?;
    // The writers go first: what a crowd of threads has held stays to be read, and every later snapshot reads it.
    let (writers, pinned) = writers();
    let readers = readers();
    let changes = changes();
    let families = families();
    Record {
        name: "snapshots",
        title: "What a snapshot of thousands of series costs",
        facts: vec![
            ("snapshots a median", SNAPSHOTS.to_string()),
            ("pairs of windows", format!("{PAIRS}, each of two times {} ms", WINDOW.as_millis())),
            ("writer and reader", if pinned { "each on a core of its own" } else { "not pinned" }.to_owned()),
        ],
        body: format!("1 000 functions:\n\n{readers}\n{changes}\n{writers}\n{families}"),
        caveat: "The cores are those of a shared virtual machine: the ratio is the median over pairs of neighbouring \
                 windows, and a hundredth of it is noise.",
    }
    .publish()
}

/// How long a snapshot takes, by the number of threads that it must read.
fn readers() -> Table {
    let mut table = Table::new(&["threads alive that called all 1 000", "a snapshot, µs", "times the first"]);
    let mut first = None;
    for threads in [1, 8, 64] {
        let micros = crowd::alive(threads, || call(thousand()), || median_of(snapshot_micros));
        let growth = micros / *first.get_or_insert(micros);
        table.row([threads.to_string(), format!("{micros:.1}"), format!("{growth:.2}")]);
    }
    table
}

/// How long a snapshot of 64 threads takes, by the part of their 64 000 blocks that has changed since the one before.
fn changes() -> Table {
    const THREADS: usize = 64;
    // More calls than the ring of a block has durations.
    const MANY: usize = 20;
    let mut table = Table::new(&[
        "of 64 threads × 1 000 functions, called since the last snapshot",
        "how often",
        "a snapshot, µs",
    ]);
    let parts = [("each", 1), ("one in a hundred", 100)];
    let rows =
        parts.into_iter().flat_map(|part| [(part, 1), (part, MANY)]).chain([(("none", usize::MAX), 0)]);
    for ((what, one_in), times) in rows {
        let work = |thread: usize, round: usize| {
            let all = thousand();
            // At first each thread calls all functions.
            let (one_in, times) = if round == 0 { (1, 1) } else { (one_in, times) };
            let chosen =
                |(place, _): &(usize, &Function)| (place + 7 * thread + round).is_multiple_of(one_in);
            for (_, function) in all.iter().enumerate().filter(chosen) {
                (0..times).for_each(|_| call(slice::from_ref(function)));
            }
        };
        let micros = crowd::in_rounds(THREADS, WARM_UP + SNAPSHOTS, work, snapshot_micros);
        table.row([what.to_owned(), times.to_string(), format!("{:.0}", median(&micros[WARM_UP..]))]);
    }
    table
}

/// How long it takes to read a family without making text of it, and to forget what was read, in the libraries that can.
fn families() -> Table {
    type Kind = (&'static str, u32, fn(&Library) -> Many);
    const KINDS: [Kind; 2] = [
        ("counters", 10_000, |library| library.counters),
        ("histograms with 22 bounds", 1_000, |library| library.histograms),
    ];
    let mut table = Table::new(&["series of one family, told apart by a string", "read by", "CPU time, µs"]);
    for (what, series, kind) in KINDS {
        for library in &LIBRARIES {
            let Many { update, read, .. } = kind(library);
            let Some(read) = read else { continue };
            (0..series).for_each(update);
            let micros = median_of(|| {
                let before = machine::thread_time();
                read();
                machine::thread_time().saturating_sub(before).as_secs_f64() * 1e6
            });
            table.row([format!("{series} {what}"), library.name.to_owned(), format!("{micros:.1}")]);
        }
    }
    table
}

/// What snapshots and scrapes cost a writer, and whether it had a core of its own.
fn writers() -> (Table, bool) {
    let mut table = Table::new(&[
        "a writer that calls without pause",
        "disturbed by",
        "CPU time of a call, ns",
        "disturbed, ns",
        "ratio",
        "times",
    ]);
    let mut pinned = true;
    for (name, functions) in [("1 000 functions in turn", thousand()), ("one function", &thousand()[..1])] {
        for disturbance in &DISTURBANCES {
            let writer = Writer::watch(functions, disturbance);
            pinned &= writer.pinned;
            table.row([
                name.to_owned(),
                disturbance.0.to_owned(),
                format!("{:.1}", median(&writer.undisturbed)),
                format!("{:.1}", median(&writer.disturbed)),
                format!("{:.3}", writer.ratio()),
                writer.times.to_string(),
            ]);
        }
    }
    (table, pinned)
}

/// What an endpoint does when it is asked: a snapshot, and its text in a buffer that has the room.
fn scrape(text: &mut String) {
    text.clear();
    tachometer::snapshot().encode(Format::Prometheus, text);
    black_box(text);
}

/// The time of a snapshot in microseconds.
fn snapshot_micros() -> f64 {
    let begun = Instant::now();
    let snapshot = black_box(tachometer::snapshot());
    let elapsed = begun.elapsed();
    assert!(snapshot.functions.len() >= thousand().len());
    elapsed.as_secs_f64() * 1e6
}

/// The median of [`SNAPSHOTS`] measurements, after some that warm up.
fn median_of(measure: impl Fn() -> f64) -> f64 {
    median(&(0..WARM_UP + SNAPSHOTS).map(|_| measure()).skip(WARM_UP).collect::<Vec<f64>>())
}

/// A writer, watched in windows with and without a reader beside it.
struct Writer {
    /// Nanoseconds of its CPU time a call, by pair.
    undisturbed: Vec<f64>,
    disturbed: Vec<f64>,
    /// How many times it was disturbed.
    times: u64,
    pinned: bool,
}

impl Writer {
    fn watch(functions: &[Function], disturbance: &Disturbance) -> Self {
        let reader = Reader::default();
        thread::scope(|scope| {
            let reading = scope.spawn(|| reader.run(disturbance));
            let writing = scope.spawn(|| Writer::run(functions, &reader));
            let mut writer = writing.join().expect("the writer panicked");
            reader.done.store(true, Ordering::Relaxed);
            writer.pinned &= reading.join().expect("the reader panicked");
            writer
        })
    }

    fn run(functions: &[Function], reader: &Reader) -> Self {
        let pinned = machine::pin(0);
        let (mut undisturbed, mut disturbed) = (Vec::new(), Vec::new());
        nanos_a_call(functions); // to warm up
        for pair in 0..PAIRS {
            // Now the one first, now the other, so that no drift of the machine counts for either.
            for reading in [pair % 2 == 0, pair % 2 == 1] {
                reader.reading.store(reading, Ordering::Relaxed);
                let nanos = nanos_a_call(functions);
                if reading { disturbed.push(nanos) } else { undisturbed.push(nanos) }
            }
        }
        Writer { undisturbed, disturbed, times: reader.times.load(Ordering::Relaxed), pinned }
    }

    /// The median over pairs of what a call costs disturbed, relative to undisturbed.
    fn ratio(&self) -> f64 {
        let pairs = self.disturbed.iter().zip(&self.undisturbed);
        median(&pairs.map(|(disturbed, undisturbed)| disturbed / undisturbed).collect::<Vec<f64>>())
    }
}

/// What a call costs the calling thread in CPU time, over one window.
fn nanos_a_call(functions: &[Function]) -> f64 {
    let (begun, before) = (Instant::now(), machine::thread_time());
    let mut calls = 0;
    while begun.elapsed() < WINDOW {
        // A thousand calls at a time, also of one function: the clock is read as rarely.
        for _ in 0..thousand().len() / functions.len() {
            call(functions);
        }
        calls += thousand().len();
    }
    machine::thread_time().saturating_sub(before).as_nanos() as f64 / calls as f64
}

/// Disturbs while it is told to. Relaxed throughout: a switch that is seen late is late, no more.
#[derive(Default)]
struct Reader {
    reading: AtomicBool,
    done: AtomicBool,
    times: AtomicU64,
}

impl Reader {
    /// Until it is done; tells whether it had a core of its own.
    fn run(&self, &(_, disturb, period): &Disturbance) -> bool {
        let pinned = machine::pin(1);
        let mut text = String::new();
        let mut next = Instant::now();
        while !self.done.load(Ordering::Relaxed) {
            if self.reading.load(Ordering::Relaxed) {
                disturb(&mut text);
                self.times.fetch_add(1, Ordering::Relaxed);
            }
            // Undisturbed means at rest: there is no pause only between two disturbances.
            let pause = if self.reading.load(Ordering::Relaxed) { period } else { REST };
            next = (next + pause).max(Instant::now());
            thread::sleep(next.saturating_duration_since(Instant::now()));
        }
        pinned
    }
}
