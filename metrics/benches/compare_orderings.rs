//! What each memory ordering costs, by one thread alone and by two on the same cell:
//! `cargo bench -p tachometer --bench compare_orderings`
//!
//! Medians go to standard output, the single measurements to standard error. What they mean, and what they do not, is
//! in `src/docs/memory_ordering.md`.

use std::fmt;
use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering, compiler_fence, fence};
use std::thread;
use std::time::{Duration, Instant};

/// Calls by each thread in one measurement.
const ITERATIONS: u64 = 400_000;

/// How often all operations are measured, one after the other, so that a machine that slows down slows them all.
const ROUNDS: usize = 21;

/// No further round begins after it, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(15);

/// More would queue for the same cell and for the cores of a small machine, too.
const CONTENDERS: usize = 2;

/// The share of its time that a contender must have company for.
const SIDE_BY_SIDE: f64 = 0.8;

/// How often contenders are sent off until they keep each other company.
const TRIES: usize = 10;

/// A cell that has its cache line, and the neighbour that is fetched with it, for itself.
#[derive(Default)]
#[repr(align(128))]
struct Cell(AtomicU64);

/// Nanoseconds that a thread spends on one call.
#[derive(Clone, Copy)]
struct Cost {
    alone: f64,
    contended: f64,
}

/// A line of the table.
struct Row<'name> {
    name: &'name str,
    cost: Cost,
}

impl fmt::Display for Row<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cost { alone, contended } = self.cost;
        write!(
            formatter,
            "{:<34}{alone:>13.2}{:>10.1}{contended:>17.2}{:>10.1}",
            self.name,
            million_calls_per_second(1, alone),
            million_calls_per_second(CONTENDERS, contended),
        )
    }
}

/// Of all threads together.
fn million_calls_per_second(threads: usize, nanos: f64) -> f64 {
    threads as f64 * 1e3 / nanos
}

/// Calls `operation` with all numbers below `iterations`, first in one thread and then in two, and prints what it took.
fn benchmark_operation(name: &str, iterations: u64, operation: impl Fn(u64) + Sync) -> Row<'_> {
    let cost = Cost {
        alone: nanos_per_call(1, iterations, &operation),
        contended: (0..TRIES)
            .map(|_| nanos_per_call(CONTENDERS, iterations, &operation))
            .find(|nanos| !nanos.is_nan())
            .unwrap_or(f64::NAN),
    };
    let row = Row { name, cost };
    eprintln!("{row}");
    row
}

/// The mean over `threads`. Not a number where they did not run side by side for most of it, as when other programs
/// left them one core to take turns on: then they did not contend.
fn nanos_per_call(threads: usize, iterations: u64, operation: &(impl Fn(u64) + Sync)) -> f64 {
    let times = time_together(threads, iterations, operation);
    let mean = times.iter().map(|(begun, ended)| ended - begun).sum::<f64>() / threads as f64;
    let all_begun = times.iter().map(|&(begun, _)| begun).fold(0.0, f64::max);
    let first_ended = times.iter().map(|&(_, ended)| ended).fold(f64::INFINITY, f64::min);
    if first_ended - all_begun < SIDE_BY_SIDE * mean { f64::NAN } else { mean / iterations as f64 }
}

/// When each of `threads` began and ended its calls, in nanoseconds of one clock. None begins before all are there.
fn time_together(threads: usize, iterations: u64, operation: &(impl Fn(u64) + Sync)) -> Vec<(f64, f64)> {
    let clock = Instant::now();
    let now = || clock.elapsed().as_nanos() as f64;
    let missing = AtomicUsize::new(threads);
    let contend = || {
        // Relaxed: the count is all that is waited for; nothing was written before it that is read after it.
        missing.fetch_sub(1, Ordering::Relaxed);
        while missing.load(Ordering::Relaxed) > 0 {
            spin_loop();
        }
        let begun = now();
        for number in 0..iterations {
            operation(number);
        }
        (begun, now())
    };
    thread::scope(|scope| {
        let contenders: Vec<_> = (0..threads).map(|_| scope.spawn(contend)).collect();
        contenders.into_iter().map(|contender| contender.join().expect("no operation panics")).collect()
    })
}

/// The strongest that a failed compare-exchange may have beside `success`, without being stronger than it.
const fn on_failure(success: Ordering) -> Ordering {
    match success {
        Ordering::Release => Ordering::Relaxed,
        Ordering::AcqRel => Ordering::Acquire,
        other => other,
    }
}

/// One round through all operations.
fn measure_all(iterations: u64) -> Vec<Row<'static>> {
    let mut rows = Vec::new();

    // A row for each ordering, which the call knows as `ORDERING`: a constant, as in a real caller. As a value it would
    // be compiled to a jump table, and that would be measured. The reference to the cell passes through a black box
    // before each call, so that no two calls become one.
    macro_rules! measure {
        ($name:literal: $($ordering:ident)+ => |$cell:pat_param, $number:pat_param| $call:expr) => {$({
            const ORDERING: Ordering = Ordering::$ordering;
            let cell = Cell::default();
            rows.push(benchmark_operation(concat!($name, " ", stringify!($ordering)), iterations, |$number| {
                let $cell = &black_box(&cell).0;
                $call;
            }));
        })+};
    }

    // No instruction: the loop itself, which is in all that follows.
    measure!("compiler_fence": SeqCst => |_, _| compiler_fence(ORDERING));

    // A counter drops what `fetch_add` returns, and may get a shorter instruction for it.
    measure!("fetch_add": Relaxed Acquire Release AcqRel SeqCst => |cell, _| cell.fetch_add(1, ORDERING));
    measure!("fetch_add, used,": Relaxed SeqCst => |cell, _| used(cell.fetch_add(1, ORDERING)));
    // Right with one writer only: two lose additions to each other.
    measure!("load + 1 and store": Relaxed => |cell, _| cell.store(cell.load(ORDERING) + 1, ORDERING));

    measure!("load": Relaxed Acquire SeqCst => |cell, _| used(cell.load(ORDERING)));
    measure!("store": Relaxed Release SeqCst => |cell, number| cell.store(number, ORDERING));
    measure!("swap": Relaxed Acquire Release AcqRel SeqCst => |cell, number| used(cell.swap(number, ORDERING)));

    // Zero for zero always succeeds, and one is never there, also where two threads try.
    measure!("compare_exchange": Relaxed Acquire Release AcqRel SeqCst => |cell, _| {
        used(cell.compare_exchange(0, 0, ORDERING, const { on_failure(ORDERING) }));
    });
    measure!("compare_exchange, failing,": Relaxed SeqCst => |cell, _| {
        used(cell.compare_exchange(1, 0, ORDERING, const { on_failure(ORDERING) }));
    });

    measure!("fence": AcqRel SeqCst => |_, _| fence(ORDERING));
    measure!("store Relaxed, fence": SeqCst => |cell, number| {
        cell.store(number, Ordering::Relaxed);
        fence(ORDERING);
    });
    rows
}

/// What a caller would do something with, so that it has to be there.
fn used<T>(value: T) {
    black_box(value);
}

/// Of those that are a number.
fn median(measured: impl Iterator<Item = f64>) -> f64 {
    let mut measured: Vec<_> = measured.filter(|nanos| !nanos.is_nan()).collect();
    measured.sort_by(f64::total_cmp);
    measured.get(measured.len() / 2).copied().unwrap_or(f64::NAN)
}

fn main() {
    // `cargo bench` says `--bench`; `cargo test --benches` does not, and only wants to see that everything runs.
    let told = |flag: &str| std::env::args().any(|argument| argument == flag);
    let in_earnest = told("--bench") && !told("--test");
    let (rounds, iterations) = if in_earnest { (ROUNDS, ITERATIONS) } else { (1, 100) };

    let begun = Instant::now();
    let in_time = |_: &usize| begun.elapsed() < PATIENCE;
    let rounds: Vec<_> = (0..rounds).take_while(in_time).map(|_| measure_all(iterations)).collect();

    println!("median of {} rounds, each of {iterations} calls by each thread", rounds.len());
    let columns = ["alone ns/op", "M ops/s", "contended ns/op", "M ops/s"];
    println!("{:<34}{:>13}{:>10}{:>17}{:>10}", "operation", columns[0], columns[1], columns[2], columns[3]);
    for (index, &Row { name, .. }) in rounds[0].iter().enumerate() {
        let cost = Cost {
            alone: median(rounds.iter().map(|rows| rows[index].cost.alone)),
            contended: median(rounds.iter().map(|rows| rows[index].cost.contended)),
        };
        println!("{}", Row { name, cost });
    }
}
