//! The call itself, and what no way of timing it can do without.

use crate::row::{Row, repeat};
use std::hint::black_box;
use std::time::Instant;
use tachometer_benchmarks_elsewhere::{Outcome, work};

/// The row that all others are compared with.
pub(super) const FLOOR: &str = "two raw counter reads: the floor";

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("bare call", |calls| repeat(calls, 7, bare)).lacks("anything"),
        Row::new(FLOOR, |calls| repeat(calls, 7, between_counter_reads)).lacks("anything"),
        Row::new("two `Instant::now`", |calls| repeat(calls, 7, between_instants)).lacks("anything"),
    ]
}

/// Never inlined, like every function that the other rows call: what is measured is a call.
#[inline(never)]
fn bare(number: u64) -> Outcome {
    work(number)
}

#[inline]
fn between_counter_reads(number: u64) -> Outcome {
    let begun = counter();
    let outcome = bare(number);
    black_box(counter().wrapping_sub(begun));
    outcome
}

/// Reads the processor's counter.
#[cfg(target_arch = "x86_64")]
#[inline]
fn counter() -> u64 {
    // SAFETY: every x86-64 processor has the instruction, and it only reads a counter.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// Reads the processor's counter.
#[cfg(target_arch = "aarch64")]
#[inline]
fn counter() -> u64 {
    let ticks: u64;
    // SAFETY: Linux lets programs read the register, which has no effect on anything else.
    unsafe {
        core::arch::asm!("mrs {}, cntvct_el0", out(reg) ticks, options(nomem, nostack, preserves_flags))
    };
    ticks
}

#[inline]
fn between_instants(number: u64) -> Outcome {
    let begun = Instant::now();
    let outcome = bare(number);
    black_box(begun.elapsed());
    outcome
}
