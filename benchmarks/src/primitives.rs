//! What the shared cells cost, which any thread may write.

use crate::record::Record;
use crate::row::{Row, repeat};
use crate::{Fallible, rounds};
use tachometer::{AtomicCounter, AtomicGauge, AtomicHistogram, AtomicMinMax};

const REFERENCE: &str = "`AtomicCounter::increment`";

static COUNTER: AtomicCounter = AtomicCounter::new();
static GAUGE: AtomicGauge = AtomicGauge::new();
static HISTOGRAM: AtomicHistogram<8> =
    AtomicHistogram::new([10, 50, 100, 500, 1_000, 5_000, 10_000, u64::MAX]);
static EXTREMES: AtomicMinMax = AtomicMinMax::new();

pub(crate) fn run(arguments: &[String]) -> Fallible {
    let rounds = rounds::asked_for(arguments, rounds::ROUNDS)?;
    let table = rounds::compare(&rows(), REFERENCE, rounds)?;
    Record {
        name: "primitives",
        title: "What a shared cell costs",
        facts: vec![("rounds", rounds.to_string())],
        body: table.to_string(),
        caveat: "Two threads write the same cell: what that costs depends on which cores the host lends, and differs \
                 threefold from run to run.",
    }
    .publish()
}

fn rows() -> Vec<Row> {
    vec![
        Row::new(REFERENCE, |calls| repeat(calls, 1, |amount| COUNTER.add(amount)))
            .recorded(|| COUNTER.get()),
        Row::new("`AtomicGauge`, up and down", |calls| repeat(calls, 1, up_and_down)),
        Row::new("`AtomicHistogram::record`", |calls| repeat(calls, 420, |value| HISTOGRAM.record(value)))
            .recorded(|| HISTOGRAM.snapshot().total()),
        Row::new("`AtomicMinMax::update`, no new extreme", update_extremes),
    ]
}

fn up_and_down(_: u64) {
    let _up = GAUGE.track();
}

fn update_extremes(calls: u64) {
    repeat(calls, 420, |value| EXTREMES.update(value));
}

#[test]
fn every_cell_counts_each_call() {
    rounds::compare(&rows(), REFERENCE, 1).unwrap();
}
