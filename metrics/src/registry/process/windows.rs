//! The current process on Windows.
//!
//! Three system calls, about this process only. The number of threads would take a list of the threads of all processes, and there
//! is no maximum of handles to ask for, so these are left out.

use winsafe::{FILETIME, HPROCESS};

/// The families that this system provides.
pub(super) const FAMILIES: &[&str] = &[
    "process_cpu_seconds_total",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "process_virtual_memory_bytes",
];

/// The system counts time in steps of 100 ns.
const STEPS_PER_SECOND: f64 = 1e7;
/// The steps from 1601, where the system's time begins, to the Unix epoch.
const STEPS_TO_1970: u64 = 11_644_473_600 * 10_000_000;

/// Reads the present values; `None` for one that cannot be read.
pub(super) fn read() -> Vec<(&'static str, Option<f64>)> {
    let process = HPROCESS::GetCurrentProcess();
    let times = process.GetProcessTimes().ok();
    let memory = process.GetProcessMemoryInfo().ok();
    vec![
        (
            "process_cpu_seconds_total",
            times.map(|(_, _, kernel, user)| (steps(kernel) + steps(user)) as f64 / STEPS_PER_SECOND),
        ),
        (
            "process_start_time_seconds",
            times.map(|(created, ..)| steps(created).saturating_sub(STEPS_TO_1970) as f64 / STEPS_PER_SECOND),
        ),
        ("process_open_fds", process.GetProcessHandleCount().ok().map(f64::from)),
        ("process_resident_memory_bytes", memory.as_ref().map(|memory| memory.WorkingSetSize as f64)),
        // Committed memory. `PrivateUsage` is the same, and always zero under Wine.
        ("process_virtual_memory_bytes", memory.map(|memory| memory.PagefileUsage as f64)),
    ]
}

fn steps(time: FILETIME) -> u64 {
    time.into()
}
