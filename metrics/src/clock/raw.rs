//! The processor's own counter.

#![allow(unsafe_code, reason = "reads the counter of the processor, where there is an instruction for it")]

/// The counter of x86-64 on Linux, where the kernel says whether it may be trusted.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod counter {
    use std::fs::File;
    use std::io::Read;

    pub(in crate::clock) const NAME: &str = "tsc";

    #[inline]
    pub(in crate::clock) fn read() -> u64 {
        // SAFETY: every x86-64 processor has the instruction, and it only reads a counter.
        unsafe { core::arch::x86_64::_rdtsc() }
    }

    /// Whether the kernel itself keeps time by this counter. It does so only while it finds that the counters of all
    /// processors run evenly and together; what the processor says of itself proves less, under a hypervisor above all.
    ///
    /// Allocates nothing.
    pub(in crate::clock) fn is_trusted() -> bool {
        let mut name = [0; 16];
        let read = File::open("/sys/devices/system/clocksource/clocksource0/current_clocksource")
            .and_then(|mut file| file.read(&mut name));
        read.is_ok_and(|length| name[..length].trim_ascii() == NAME.as_bytes())
    }
}

/// Elsewhere no counter is known to be as good as the system's clock.
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
mod counter {
    pub(in crate::clock) const NAME: &str = "none";

    #[inline]
    pub(in crate::clock) fn read() -> u64 {
        0
    }

    pub(in crate::clock) fn is_trusted() -> bool {
        false
    }
}

pub(super) use counter::{NAME, is_trusted, read};
