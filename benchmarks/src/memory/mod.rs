//! What recording holds in memory, a series and a thread, and that a thread that has ended leaves its share to the next one.

mod series;
mod threads;

use crate::record::Record;
use crate::statistics::median;
use crate::table::Table;
use crate::{Fallible, no_arguments};
use std::env;
use std::fmt::Write;
use std::process::Command;

/// How often each is weighed: what the allocator keeps for itself differs from time to time.
const TIMES: usize = 3;

/// Says that this process is to weigh one subject alone, by its number.
const ALONE: &str = "--alone";

/// Something to weigh, in a process of its own: what one leaves in freed memory would hide what the next one takes.
struct Subject {
    name: String,
    what: What,
}

enum What {
    /// So many series, each of which one thread updates once.
    Series { update: fn(u32), series: u32 },
    /// What each of many threads does.
    Threads(Box<dyn Fn() + Sync>),
    /// A thousand functions, each called by so many threads.
    Functions { threads: usize },
}

/// What a subject holds, in bytes.
#[derive(Clone, Copy)]
struct Weight {
    bytes: f64,
    /// What as many threads more add, once the first have ended; of functions, what a snapshot adds.
    growth: f64,
}

pub(crate) fn run(arguments: &[String]) -> Fallible {
    if let [option, number] = arguments
        && option == ALONE
    {
        let subject = subjects().into_iter().nth(number.parse()?).ok_or("there is no such subject")?;
        let Weight { bytes, growth } = subject.what.weigh()?;
        println!("{bytes} {growth}");
        return Ok(());
    }
    no_arguments(arguments)?;

    let subjects = subjects();
    let weights = (0..subjects.len()).map(weigh_alone).collect::<Fallible<Vec<Weight>>>()?;
    let nothing =
        subjects.iter().position(|subject| subject.name == threads::NOTHING).expect("it is a subject");
    let mut by_series = Table::new(&["series, updated by one thread", "number", "bytes a series"]);
    let mut by_thread =
        Table::new(&["each of 300 threads uses", "bytes a thread", "growth by the next 300, KiB"]);
    let mut by_function = Table::new(&[
        "threads that have each called 1 000 functions",
        "bytes for each thread and function",
        "what a snapshot keeps of it, bytes",
    ]);
    let of_nothing = weights[nothing].bytes / threads::THREADS as f64;
    for (Subject { name, what }, weight) in subjects.iter().zip(&weights) {
        match what {
            What::Series { series, .. } => by_series.row([
                name.clone(),
                series.to_string(),
                format!("{:.0}", weight.bytes / f64::from(*series)),
            ]),
            What::Threads(_) => by_thread.row([
                name.clone(),
                format!("{:.0}", (weight.bytes - weights[nothing].bytes) / threads::THREADS as f64),
                format!("{:.0}", weight.growth / 1024.0),
            ]),
            What::Functions { threads } => {
                let cells = (threads * threads::FUNCTIONS) as f64;
                by_function.row([
                    threads.to_string(),
                    format!("{:.0}", (weight.bytes - of_nothing * *threads as f64) / cells),
                    format!("{:.0}", weight.growth / cells),
                ]);
            }
        }
    }
    let mut body = format!("{by_series}\n{by_thread}\n{by_function}\n");
    writeln!(
        body,
        "A thread that uses nothing, its stack and all: {of_nothing:.0} bytes. It is subtracted from the others."
    )?;
    Record {
        name: "memory",
        title: "What recording holds in memory",
        facts: vec![("weighed", format!("{TIMES} times each, in processes of their own; shown is the median"))],
        body,
        caveat: "Resident memory comes in pages of 4 KiB and includes what the allocator keeps for itself, so that a \
                 few bytes a series, or a few hundred a thread, mean nothing. What lies in the program's file is not in it.",
    }
    .publish()
}

fn subjects() -> Vec<Subject> {
    series::subjects().into_iter().chain(threads::subjects()).collect()
}

/// The median of what processes say that each weigh the subject of that number.
fn weigh_alone(number: usize) -> Fallible<Weight> {
    let (mut bytes, mut growth) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let mut command = Command::new(env::current_exe()?);
        let output = command.args(["memory", ALONE, &number.to_string()]).output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("subject {number} could not be weighed: {said}").into());
        }
        let said = String::from_utf8(output.stdout)?;
        let (first, second) = said.trim().split_once(' ').ok_or("it says two numbers")?;
        bytes.push(first.parse()?);
        growth.push(second.parse()?);
    }
    Ok(Weight { bytes: median(&bytes), growth: median(&growth) })
}

impl What {
    fn weigh(&self) -> Fallible<Weight> {
        match self {
            What::Series { update, series } => series::weigh(*update, *series),
            What::Threads(work) => threads::weigh(work),
            What::Functions { threads } => threads::weigh_functions(*threads),
        }
    }
}

/// That they can be used is tested where they come from: here they would be counted twice.
#[test]
fn subjects_have_names_of_their_own() {
    let mut names: Vec<String> = subjects().into_iter().map(|subject| subject.name).collect();
    assert!(names.iter().any(|name| name == threads::NOTHING));
    names.sort();
    let number = names.len();
    names.dedup();
    assert_eq!(names.len(), number);
}
