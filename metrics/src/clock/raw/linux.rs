//! The clock source of the Linux kernel.

use std::fs::File;
use std::io::Read;

/// Returns whether the kernel itself keeps time by the counter that it calls `name`. It does so only while the counters of all
/// processors are constant in rate and synchronized. The processor's own claim proves less, especially under a hypervisor.
///
/// Returns `false` if the kernel does not tell, as Android's does not tell applications. Allocates nothing.
pub(super) fn keeps_time_by(name: &str) -> bool {
    let mut source = [0; 32];
    let read = File::open("/sys/devices/system/clocksource/clocksource0/current_clocksource")
        .and_then(|mut file| file.read(&mut source));
    read.is_ok_and(|length| source[..length].trim_ascii() == name.as_bytes())
}
