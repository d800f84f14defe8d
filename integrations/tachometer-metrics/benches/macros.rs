//! The whole macros, with two static labels, beside those with the recorder of `metrics-exporter-prometheus`: in one process, by local
//! recorders, in interleaved rounds.
//!
//! `cargo bench -p tachometer-metrics`

use metrics::{Recorder, counter, gauge, histogram, with_local_recorder};
use metrics_exporter_prometheus::PrometheusBuilder;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

const ROUNDS: usize = 400;
/// So few that a round fits in a slice of the scheduler's time.
const USES: u32 = 20_000;

/// A macro, by its name and a loop that uses it.
type Case = (&'static str, fn());

fn main() {
    let cases: [Case; 4] = [
        ("counter!", || {
            (0..USES).for_each(|_| counter!("bench_a_total", "zone" => "north", "kind" => "x").increment(1));
        }),
        ("gauge!", || {
            (0..USES).for_each(|_| gauge!("bench_level", "zone" => "north", "kind" => "x").set(1.0));
        }),
        ("histogram!", || {
            (0..USES).for_each(|use_| {
                let seconds = f64::from(use_ % 64) * 1e-6;
                histogram!("bench_b_seconds", "zone" => "north", "kind" => "x").record(seconds);
            });
        }),
        ("counter! held", || {
            let counter = counter!("bench_c_total", "zone" => "north", "kind" => "x");
            (0..USES).for_each(|_| counter.increment(1));
        }),
    ];
    let ours = tachometer_metrics::recorder().build().expect("valid settings");
    let theirs = PrometheusBuilder::new().build_recorder();
    let recorders: [&(dyn Recorder + Sync); 2] = [&ours, &theirs];

    println!("ns a use: minimum and median of {ROUNDS} rounds of {USES} uses a thread");
    for threads in [1, 2] {
        for (name, work) in cases {
            let mut times = [const { Vec::new() }; 2];
            for round in 0..ROUNDS {
                for place in 0..2 {
                    // In turns, each first in every other round.
                    let which = (round + place) % 2;
                    times[which].push(measure(recorders[which], threads, work));
                }
                // Theirs keeps each value of a histogram until it is rendered.
                theirs.handle().run_upkeep();
            }
            let [ours, theirs] = times.map(summary);
            println!(
                "{name:14} {threads} threads: ours {:6.1} {:6.1}   theirs {:6.1} {:6.1}   ratio of medians {:.2}",
                ours.0,
                ours.1,
                theirs.0,
                theirs.1,
                ours.1 / theirs.1
            );
        }
    }
}

/// Returns the nanoseconds of a use, by the slowest thread.
fn measure(recorder: &(dyn Recorder + Sync), threads: usize, work: fn()) -> f64 {
    let barrier = Barrier::new(threads);
    let run = || {
        with_local_recorder(recorder, || {
            // What a thread does at its first use is not measured.
            work();
            barrier.wait();
            let begun = Instant::now();
            work();
            begun.elapsed().as_secs_f64() * 1e9 / f64::from(USES)
        })
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).fold(0.0, f64::max)
    })
}

fn summary(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    (times[0], times[times.len() / 2])
}
