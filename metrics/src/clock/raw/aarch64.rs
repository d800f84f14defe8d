//! The virtual counter of aarch64.

#![allow(unsafe_code, reason = "reads registers of the processor")]

use core::arch::asm;
use std::ops::RangeInclusive;

/// As the Linux kernel calls it.
pub(in crate::clock) const NAME: &str = "arch_sys_counter";

/// Ticks of up to 128 ns.
pub(in crate::clock) const TICK_BITS: u32 = 7;

/// The frequencies of a counter that is used as a clock, in hertz. Firmware that has not stated one leaves a zero.
pub(in crate::clock) const FREQUENCIES: RangeInclusive<u64> = 8_000_000..=40_000_000_000;

/// Reads the counter. As with the counter of x86-64, there is no barrier: the processor may read it some nanoseconds early.
#[inline]
pub(in crate::clock) fn read() -> u64 {
    let ticks;
    // SAFETY: the instruction only reads a counter, which the systems that this file is compiled for let programs read. Accesses
    // to memory are not moved across it, since it is not marked `nomem`: the body of a call stays between its readings.
    unsafe { asm!("mrs {}, cntvct_el0", out(reg) ticks, options(nostack, preserves_flags)) };
    ticks
}

/// Returns the frequency that the firmware has stated, in hertz. It is exact, and does not change with the processor's own.
pub(in crate::clock) fn frequency() -> Option<u64> {
    let frequency: u64;
    // SAFETY: the instruction only reads a constant, which the same systems let programs read.
    unsafe { asm!("mrs {}, cntfrq_el0", out(reg) frequency, options(nomem, nostack, preserves_flags, pure)) };
    FREQUENCIES.contains(&frequency).then_some(frequency)
}

/// Returns whether the system itself keeps time by this counter. Allocates nothing.
pub(in crate::clock) fn is_trusted() -> bool {
    // Apple's systems have no other clock.
    #[cfg(target_vendor = "apple")]
    let is_used = true;
    #[cfg(not(target_vendor = "apple"))]
    let is_used = super::linux::keeps_time_by(NAME);
    is_used && frequency().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    /// Runs on any machine, trusted or not: an emulator has the counter too.
    #[test]
    fn the_counter_runs_at_the_stated_frequency() {
        let frequency = frequency().expect("a stated frequency");
        let (begun, ticks) = (Instant::now(), read());
        while begun.elapsed() < Duration::from_millis(20) {
            std::thread::yield_now();
        }
        let (elapsed, ticks) = (begun.elapsed(), read() - ticks);
        let by_counter = u128::from(ticks) * 1_000_000_000 / u128::from(frequency);
        // The counter was read later in the beginning and later in the end. Preemption is possible in between.
        let apart = by_counter.abs_diff(elapsed.as_nanos());
        assert!(apart < elapsed.as_nanos() / 4, "{by_counter} ns by the counter, {elapsed:?} by the system");
    }
}
