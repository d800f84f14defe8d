//! What a call costs: bare, between two clock reads, instrumented, and under other libraries' macros.

mod by_hand;
mod ours;
mod peers;
mod plain;

use crate::record::Record;
use crate::row::Row;
use crate::{Fallible, rounds};

pub(crate) fn run(arguments: &[String]) -> Fallible {
    let rounds = rounds::asked_for(arguments, rounds::ROUNDS)?;
    let table = rounds::compare(&rows(), plain::FLOOR, rounds)?;
    Record {
        name: "calls",
        title: "What a call costs",
        facts: vec![("rounds", rounds.to_string())],
        body: table.to_string(),
        caveat: "The cores are those of a shared virtual machine: nanoseconds move from run to run by a fifth and \
                 more, `ratio` is the median of each round's own comparison with the floor, and `best` is the round \
                 that was disturbed least.",
    }
    .publish()
}

fn rows() -> Vec<Row> {
    [plain::rows(), ours::rows(), peers::rows(), by_hand::rows()].into_iter().flatten().collect()
}

#[test]
fn every_row_that_counts_counts_each_call() {
    let counting = rows().iter().filter(|row| row.recorded.is_some()).count();
    assert_eq!(counting, rows().len() - plain::rows().len());
    rounds::compare(&rows(), plain::FLOOR, 1).unwrap();
}
