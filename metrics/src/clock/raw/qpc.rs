//! The performance counter of Windows (QPC), which `Instant` reads.

#![allow(unsafe_code, reason = "calls a function of the system that the standard library does not expose")]

#[link(name = "kernel32")]
unsafe extern "system" {
    fn QueryPerformanceFrequency(frequency: *mut i64) -> i32;
}

/// Returns the frequency in hertz. It does not change while the system runs.
pub(in crate::clock) fn frequency() -> Option<u64> {
    let mut frequency = 0;
    // SAFETY: the function writes an `i64` to the address, which is that of one, aligned and owned by this call.
    let has_succeeded = unsafe { QueryPerformanceFrequency(&raw mut frequency) } != 0;
    u64::try_from(frequency).ok().filter(|frequency| has_succeeded && *frequency > 0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_system_states_a_frequency() {
        let frequency = super::frequency().expect("a frequency");
        assert!((1_000_000..=100_000_000_000).contains(&frequency), "{frequency} Hz");
    }
}
