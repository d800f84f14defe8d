//! The current process on macOS and FreeBSD.
//!
//! The crates that also know the start time and the number of threads link system frameworks or compile C headers, so these are
//! left out.

use memory_stats::memory_stats;
use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};

/// The families that this system provides.
pub(super) const FAMILIES: &[&str] = &[
    "process_cpu_seconds_total",
    "process_max_fds",
    // FreeBSD lists all descriptors in `/dev/fd` only if a file system is mounted there.
    #[cfg(target_os = "macos")]
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_virtual_memory_bytes",
];

/// Reads the present values; `None` for one that cannot be read.
pub(super) fn read() -> Vec<(&'static str, Option<f64>)> {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let max_fds = getrlimit(Resource::Nofile).current;
    let memory = memory_stats();
    vec![
        ("process_cpu_seconds_total", Some(time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)),
        ("process_max_fds", Some(max_fds.map_or(f64::INFINITY, |most| most as f64))),
        #[cfg(target_os = "macos")]
        ("process_open_fds", open_fds().map(|fds| fds as f64)),
        ("process_resident_memory_bytes", memory.as_ref().map(|memory| memory.physical_mem as f64)),
        ("process_virtual_memory_bytes", memory.map(|memory| memory.virtual_mem as f64)),
    ]
}

#[cfg(target_os = "macos")]
fn open_fds() -> Option<usize> {
    // Without the descriptor that this read opens.
    Some(std::fs::read_dir("/dev/fd").ok()?.count().saturating_sub(1))
}
