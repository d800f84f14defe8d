//! What annotations cost those who compile: 500 functions, checked and built with and without them.

mod scratch;
mod source;

use crate::record::Record;
use crate::statistics::median;
use crate::table::Table;
use crate::{Fallible, rounds};
use scratch::{Package, Step, Workspace};
use std::fmt::Write;

/// How many rounds, unless asked for otherwise: a round takes many seconds.
const ROUNDS: usize = 5;

const BARE: Package = Package { name: "bare", source: || source::functions(""), enabled: true };
const ANNOTATED: Package =
    Package { name: "annotated", source: || source::functions("#[tachometer::instrumented]"), enabled: true };
const OFF: Package = Package { name: "off", enabled: false, ..ANNOTATED };
/// What cargo and a compiler that has nothing to do take.
const EMPTY: Package = Package { name: "empty", source: String::new, enabled: true };

const PACKAGES: [Package; 4] = [BARE, ANNOTATED, OFF, EMPTY];

/// The seconds that each of [`PACKAGES`] took, by round.
type Seconds = [Vec<f64>; PACKAGES.len()];

pub(crate) fn run(arguments: &[String]) -> Fallible {
    let rounds = rounds::asked_for(arguments, ROUNDS)?;
    let workspace = Workspace::new(&PACKAGES)?;
    let mut table = Table::new(&[
        "command",
        "bare, s",
        "annotated, s",
        "ratio",
        "more a function, ms",
        "annotations off, s",
        "ratio",
        "empty, s",
    ]);
    for step in [Step::Check, Step::Build] {
        let [bare, annotated, off, empty] = measure(&workspace, step, rounds)?;
        let added: Vec<f64> = annotated.iter().zip(&bare).map(|(annotated, bare)| annotated - bare).collect();
        table.row([
            format!("`cargo {}`", step.command()),
            format!("{:.2}", median(&bare)),
            format!("{:.2}", median(&annotated)),
            format!("{:.2}", ratio(&annotated, &bare)),
            format!("{:.2}", median(&added) * 1e3 / source::FUNCTIONS as f64),
            format!("{:.2}", median(&off)),
            format!("{:.2}", ratio(&off, &bare)),
            format!("{:.2}", median(&empty)),
        ]);
    }
    let mut body = format!("{table}\n");
    writeln!(body, "One function of each kind, annotated:\n\n```rust\n{}```", source::sample())?;
    Record {
        name: "compile",
        title: "What annotations cost to compile",
        facts: vec![
            ("functions", format!("{}, half of them async", source::FUNCTIONS)),
            ("rounds", rounds.to_string()),
        ],
        body,
        caveat: "The cores are those of a shared virtual machine, and a compiler uses both: seconds move from run to \
                 run by a half. `ratio` is the median of each round's own comparison with the bare form.",
    }
    .publish()
}

/// Every package once a round, now in this order and now in the other, so that no drift of the machine counts for one.
fn measure(workspace: &Workspace, step: Step, rounds: usize) -> Fallible<Seconds> {
    for package in &PACKAGES {
        workspace.run(step, package)?; // its dependencies, and whatever the system has yet to read from the disk
    }
    let mut seconds = Seconds::default();
    for round in 0..rounds {
        let mut order: Vec<usize> = (0..PACKAGES.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for package in order {
            seconds[package].push(workspace.run(step, &PACKAGES[package])?.as_secs_f64());
        }
    }
    Ok(seconds)
}

/// The median over the rounds of what one package took, relative to another.
fn ratio(seconds: &[f64], reference: &[f64]) -> f64 {
    median(
        &seconds.iter().zip(reference).map(|(seconds, reference)| seconds / reference).collect::<Vec<f64>>(),
    )
}
