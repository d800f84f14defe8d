//! The time-stamp counter of x86-64.

#![allow(unsafe_code, reason = "reads the counter by its instruction")]

use std::ops::RangeInclusive;

pub(in crate::clock) const NAME: &str = "tsc";

/// Ticks of up to 4 ns.
pub(in crate::clock) const TICK_BITS: u32 = 2;

/// The frequencies of a counter that is used as a clock, in hertz.
pub(in crate::clock) const FREQUENCIES: RangeInclusive<u64> = 300_000_000..=40_000_000_000;

#[inline]
pub(in crate::clock) fn read() -> u64 {
    // SAFETY: every x86-64 processor has the instruction, and it only reads a counter.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// Returns `None`: the processor does not state the frequency reliably, so it is measured.
pub(in crate::clock) fn frequency() -> Option<u64> {
    None
}

#[cfg(not(windows))]
pub(in crate::clock) fn is_trusted() -> bool {
    super::linux::keeps_time_by(NAME)
}

/// Returns whether the processor claims that its counter is invariant, and Windows itself keeps time by it.
///
/// Windows does not tell what its performance counter (QPC) is made of, but its frequency does: from Windows 10 on, an invariant
/// time-stamp counter is scaled to 10 MHz, whereas the platform's timers show their own frequency (14.318 MHz of an HPET, 3.58 MHz
/// of an ACPI timer). Neither claim is trusted alone. The rate that is measured against QPC must also be steady.
///
/// Allocates nothing.
#[cfg(windows)]
pub(in crate::clock) fn is_trusted() -> bool {
    const SCALED: u64 = 10_000_000;
    is_invariant() && super::qpc::frequency() == Some(SCALED)
}

#[cfg(windows)]
#[allow(unused_unsafe, reason = "safe in newer versions of the standard library")]
fn is_invariant() -> bool {
    use core::arch::x86_64::__cpuid;

    const LAST_EXTENDED: u32 = 0x8000_0000;
    const POWER_MANAGEMENT: u32 = 0x8000_0007;
    const INVARIANT: u32 = 1 << 8;
    // SAFETY: every x86-64 processor has the instruction, and it only reads. The first leaf tells whether the second one exists.
    unsafe {
        __cpuid(LAST_EXTENDED).eax >= POWER_MANAGEMENT && __cpuid(POWER_MANAGEMENT).edx & INVARIANT != 0
    }
}
