//! Measures rows against each other: in one process, round by round, in another order each round, so that whatever
//! disturbs the machine for a while disturbs all rows alike, and each is compared with the reference of its own round.

use crate::row::Row;
use crate::statistics::median;
use crate::table::Table;
use crate::{Fallible, machine};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{hint, thread};

/// How many rounds, unless asked for otherwise. Odd, so that a median is a round that was.
pub(crate) const ROUNDS: usize = 101;

/// How long a row's calls of one round take at least, and at most about twice that: far above the clock's resolution,
/// and short enough that most rounds go by undisturbed.
const ROUND: Duration = Duration::from_millis(2);

/// Unmeasured calls before the measured ones, as a fraction: caches and branch predictors know another row.
const WARM_UP: u64 = 16;

/// The rows as a table, with one thread and with two, each compared with the row of the name `reference`.
///
/// # Errors
/// Where a row that counts has not counted each call that was made of it.
pub(crate) fn compare(rows: &[Row], reference: &str, rounds: usize) -> Fallible<Table> {
    let reference = rows.iter().position(|row| row.name == reference).expect("the reference is a row");
    let mut contest = Contest::new(rows);
    let alone = contest.measure(reference, 1, rounds);
    let together = contest.measure(reference, 2, rounds);
    contest.check()?;

    let mut table = Table::new(&[
        "row",
        "1 thread: ns",
        "best",
        "ratio",
        "CPU ns",
        "2 threads: ns",
        "ratio",
        "does not record",
    ]);
    for ((row, alone), together) in rows.iter().zip(alone).zip(together) {
        let nanos = |nanos: f64| format!("{nanos:.1}");
        let ratio = |ratio: f64| format!("{ratio:.2}");
        table.row([
            row.name.to_owned(),
            nanos(alone.nanos),
            nanos(alone.best),
            ratio(alone.ratio),
            nanos(alone.cpu_nanos),
            // No best round here: it is one in which the threads did not get to run at the same time.
            nanos(together.nanos),
            ratio(together.ratio),
            row.lacks.to_owned(),
        ]);
    }
    Ok(table)
}

/// The number behind `--rounds`, the only option that there is; without it, `usual`.
pub(crate) fn asked_for(arguments: &[String], usual: usize) -> Fallible<usize> {
    match arguments {
        [] => Ok(usual),
        [option, number] if option == "--rounds" => match number.parse() {
            Ok(rounds) if rounds > 0 => Ok(rounds),
            _ => Err(format!("`--rounds {number}`: expected a number of rounds, at least 1").into()),
        },
        _ => Err(format!("unknown arguments `{}`: expected `--rounds N`", arguments.join(" ")).into()),
    }
}

/// Rows that are measured together.
struct Contest<'rows> {
    rows: &'rows [Row],
    /// How many calls each makes a round.
    calls: Vec<u64>,
    /// How many each has made so far.
    made: Vec<u64>,
}

/// What the rounds of one row came to.
struct Figures {
    /// Median over the rounds of the nanoseconds a call.
    nanos: f64,
    /// The nanoseconds a call in the best round.
    best: f64,
    /// Median over the rounds of the ratio to the reference row in the same round.
    ratio: f64,
    /// Median over the rounds of the processor's time that the whole process used for a call.
    cpu_nanos: f64,
}

/// What one thread measured in one round of one row, for a call.
#[derive(Clone, Copy)]
struct Turn {
    nanos: f64,
    /// Of all threads, also those that a row has of its own.
    cpu_nanos: f64,
}

impl<'rows> Contest<'rows> {
    /// Begins every row and finds out how many calls of it fill a round.
    fn new(rows: &'rows [Row]) -> Self {
        let mut contest = Contest { rows, calls: Vec::new(), made: Vec::new() };
        for row in rows {
            (row.begin)();
        }
        for row in rows {
            let (calls, made) = calibrate(row);
            contest.calls.push(calls);
            contest.made.push(made);
            (row.tend)();
            thread::sleep(row.settle);
        }
        contest
    }

    /// The figures of every row with that many threads, each compared with the row at `reference`.
    fn measure(&mut self, reference: usize, threads: usize, rounds: usize) -> Vec<Figures> {
        let start = StartLine::new(threads);
        let per_thread: Vec<Vec<Vec<Turn>>> = thread::scope(|scope| {
            let walk_on = |core| {
                // One thread goes where the scheduler finds room; several must not end up on one core.
                if threads > 1 {
                    machine::pin(core);
                }
                self.walk(rounds, &start)
            };
            let runners: Vec<_> = (0..threads).map(|core| scope.spawn(move || walk_on(core))).collect();
            runners.into_iter().map(|runner| runner.join().expect("a row panicked")).collect()
        });
        for (made, calls) in self.made.iter_mut().zip(&self.calls) {
            *made += (calls + calls / WARM_UP) * (rounds * threads) as u64;
        }

        let mean = |row: usize, figure: fn(&Turn) -> f64| -> Vec<f64> {
            let of_round =
                |round| per_thread.iter().map(|rows: &Vec<Vec<Turn>>| figure(&rows[row][round])).sum::<f64>();
            (0..rounds).map(|round| of_round(round) / threads as f64).collect()
        };
        let nanos = |row| mean(row, |turn| turn.nanos);
        let floor = nanos(reference);
        let figures = |row| Figures::new(&nanos(row), &floor, &mean(row, |turn| turn.cpu_nanos));
        (0..self.rows.len()).map(figures).collect()
    }

    /// One thread's way through all rounds: what it measured, by row and round.
    fn walk(&self, rounds: usize, start: &StartLine) -> Vec<Vec<Turn>> {
        let mut turns = vec![Vec::new(); self.rows.len()];
        for round in 0..rounds {
            let mut order: Vec<usize> = (0..self.rows.len()).collect();
            // Seeded with the round, so that all threads shuffle alike.
            fastrand::Rng::with_seed(round as u64).shuffle(&mut order);
            for index in order {
                let (row, calls) = (&self.rows[index], self.calls[index]);
                (row.run)(calls / WARM_UP);
                thread::sleep(row.settle);
                start.meet();
                let cpu_begun = machine::process_time();
                let begun = Instant::now();
                (row.run)(calls);
                let elapsed = begun.elapsed();
                start.meet(); // nobody goes on to another row while this one is still measured
                (row.tend)();
                thread::sleep(row.settle);
                let cpu = machine::process_time().saturating_sub(cpu_begun);
                let for_a_call = |time: Duration| time.as_nanos() as f64 / calls as f64;
                turns[index].push(Turn { nanos: for_a_call(elapsed), cpu_nanos: for_a_call(cpu) });
                start.meet(); // nobody calls, be it to warm up, what another thread still tends
            }
        }
        turns
    }

    /// That every row which counts has counted each call that was made of it.
    fn check(&self) -> Fallible {
        for (row, made) in self.rows.iter().zip(&self.made) {
            if let Some(recorded) = row.recorded.map(|recorded| recorded())
                && recorded != *made
            {
                return Err(format!("{}: {made} calls were made and {recorded} recorded", row.name).into());
            }
        }
        Ok(())
    }
}

impl Figures {
    fn new(nanos: &[f64], floor: &[f64], cpu_nanos: &[f64]) -> Self {
        let ratios: Vec<f64> = nanos.iter().zip(floor).map(|(nanos, floor)| nanos / floor).collect();
        Figures {
            nanos: median(nanos),
            best: nanos.iter().copied().fold(f64::INFINITY, f64::min),
            ratio: median(&ratios),
            cpu_nanos: median(cpu_nanos),
        }
    }
}

/// How many calls fill a [`ROUND`], and how many it took to find that out.
fn calibrate(row: &Row) -> (u64, u64) {
    let (mut calls, mut made) = (1_000, 0);
    loop {
        let mut fastest = Duration::MAX; // of a few, because one that was interrupted would end the search too early
        for _ in 0..3 {
            let begun = Instant::now();
            (row.run)(calls);
            fastest = fastest.min(begun.elapsed());
            made += calls;
        }
        if fastest >= ROUND {
            return (calls, made);
        }
        calls *= 2;
    }
}

/// Where threads wait for each other without going to sleep: a thread that the system must wake comes late.
struct StartLine {
    threads: usize,
    arrived: AtomicUsize,
}

impl StartLine {
    fn new(threads: usize) -> Self {
        StartLine { threads, arrived: AtomicUsize::new(0) }
    }

    fn meet(&self) {
        // Relaxed: the line hands nothing over but the moment itself.
        let mine = self.arrived.fetch_add(1, Ordering::Relaxed);
        let complete = (mine / self.threads + 1) * self.threads;
        while self.arrived.load(Ordering::Relaxed) < complete {
            hint::spin_loop();
        }
    }
}
