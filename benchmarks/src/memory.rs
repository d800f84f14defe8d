//! What recording holds in memory, and that a thread that has ended leaves its share to the next one.

use crate::functions::{call, thousand};
use crate::record::Record;
use crate::table::Table;
use crate::{Fallible, crowd, machine, no_arguments};
use std::fmt::Write;
use std::hint::black_box;

const THREADS: usize = 300;
const FUNCTIONS: usize = 100;

pub(crate) fn run(arguments: &[String]) -> Fallible {
    no_arguments(arguments)?;
    // What a function holds once, and what the first threads leave in the allocator, is not to be counted.
    call(&thousand()[..FUNCTIONS]);
    weigh(0)?;

    let nothing = weigh(0)?;
    let one = weigh(1)?;
    let all = weigh(FUNCTIONS)?;
    let again = weigh(FUNCTIONS)?;

    let mut table = Table::new(&["300 threads alive that have called", "resident, KiB"]);
    for (what, bytes) in [
        ("nothing", nothing),
        ("1 instrumented function", one),
        ("100 instrumented functions", all),
        ("the same 100, after those threads have ended", again),
    ] {
        table.row([what.to_owned(), format!("{:.0}", bytes / 1024.0)]);
    }
    let threads = THREADS as f64;
    let mut body = format!("{table}\n");
    writeln!(body, "- a thread, with its first function: {:.0} bytes", (one - nothing) / threads)?;
    let pairs = threads * (FUNCTIONS - 1) as f64;
    writeln!(body, "- a further function of a thread: {:.0} bytes", (all - one) / pairs)?;
    writeln!(body, "- growth by the next 300 threads: {:.0} KiB", (again - all) / 1024.0)?;
    Record {
        name: "memory",
        title: "What recording holds in memory",
        facts: vec![],
        body,
        caveat: "Resident memory comes in pages of 4 KiB and includes what the allocator keeps for itself, so that a \
                 few hundred KiB between two lines mean nothing.",
    }
    .publish()
}

/// The bytes that are resident while the threads live that have called so many functions.
fn weigh(functions: usize) -> Fallible<f64> {
    let work = || {
        touch_stack();
        call(&thousand()[..functions]);
    };
    Ok(crowd::alive(THREADS, work, machine::resident)? as f64)
}

/// Makes resident whatever part of its stack a thread needs for a call, also where it calls nothing.
#[inline(never)]
fn touch_stack() {
    black_box([0_u8; 16 * 1024]);
}
