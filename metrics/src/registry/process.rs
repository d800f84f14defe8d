//! Metrics of the process from the operating system: CPU time, memory, threads and open files.
//!
//! Each system has a file of its own, with the families that it provides and nothing in place of the others.

use super::metrics_registry::{MetricsRegistry, unwrap_registered};
use crate::collect::{Collect, Collected, FamilyDescription, Source};
use crate::error::Error;
use crate::sync::unmodelled::lock;

#[cfg(any(target_os = "macos", target_os = "freebsd"))]
mod bsd;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "freebsd", windows)))]
mod unknown;
#[cfg(windows)]
mod windows;

#[cfg(any(target_os = "macos", target_os = "freebsd"))]
use bsd::{FAMILIES, read};
#[cfg(target_os = "linux")]
use linux::{FAMILIES, read};
#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "freebsd", windows)))]
use unknown::{FAMILIES, read};
#[cfg(windows)]
use windows::{FAMILIES, read};

impl MetricsRegistry {
    /// Registers metrics of the process, under the names that Prometheus's client libraries use. (Feature `process`.)
    ///
    /// | family | kind | meaning | Linux | macOS | FreeBSD | Windows |
    /// | --- | --- | --- | --- | --- | --- | --- |
    /// | `process_cpu_seconds_total` | counter | CPU time of the process, in user and kernel mode | yes | yes | yes | yes |
    /// | `process_open_fds` | gauge | open file descriptors; on Windows open handles of all kinds | yes | yes | – | yes |
    /// | `process_max_fds` | gauge | maximum number of open file descriptors (`+Inf` if there is no limit) | yes | yes | yes | – |
    /// | `process_virtual_memory_bytes` | gauge | size of the address space; on Windows committed private memory | yes | yes | yes | yes |
    /// | `process_resident_memory_bytes` | gauge | resident memory | yes | yes | yes | yes |
    /// | `process_start_time_seconds` | gauge | start time, in seconds since the Unix epoch | yes | – | – | yes |
    /// | `process_threads` | gauge | number of threads | yes | – | – | – |
    ///
    /// On other systems nothing is registered.
    ///
    /// A [namespace](Self::with_namespace) of the registry applies to these names too. To export them unchanged, register them in a
    /// registry without one.
    ///
    /// Idempotent: further calls have no effect.
    ///
    /// The metrics are read for each snapshot, as those of a [collector](Collect). A metric that the system does not provide, in a
    /// sandbox without `/proc`, is missing.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// registry.register_process_metrics();
    /// print!("{}", registry.snapshot_all().to_prometheus_format());
    /// ```
    ///
    /// # Panics
    /// If [`try_register_process_metrics`](Self::try_register_process_metrics) returns an error.
    #[track_caller]
    pub fn register_process_metrics(&self) {
        unwrap_registered(self.try_register_process_metrics());
    }

    /// Does the same as [`register_process_metrics`](Self::register_process_metrics), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If another metric exports one of the names.
    #[track_caller]
    pub fn try_register_process_metrics(&self) -> Result<(), Error> {
        let mut are_registered = lock(&self.contents().has_process_metrics);
        if !*are_registered {
            self.register_source(Source::of_library(Process, "from `register_process_metrics`"))?;
            *are_registered = true;
        }
        Ok(())
    }
}

/// The current process, as a collector of the families that the system provides.
struct Process;

impl Collect for Process {
    fn families(&self) -> Vec<FamilyDescription> {
        FAMILIES.iter().map(|name| description(name)).collect()
    }

    fn collect(&self, into: &mut Collected<'_>) {
        for (name, value) in read() {
            match value {
                Some(value) if name == CPU => into.counter(name, &[], value),
                Some(value) => into.gauge(name, &[], value),
                None => {}
            }
        }
    }
}

/// The one counter.
const CPU: &str = "process_cpu_seconds_total";

/// Describes a family.
fn description(name: &str) -> FamilyDescription {
    let help = match name {
        CPU => return FamilyDescription::counter(name, "Total user and system CPU time spent in seconds."),
        "process_open_fds" => "Number of open file descriptors.",
        "process_max_fds" => "Maximum number of open file descriptors.",
        "process_virtual_memory_bytes" => "Virtual memory size in bytes.",
        "process_resident_memory_bytes" => "Resident memory size in bytes.",
        "process_start_time_seconds" => "Start time of the process since unix epoch in seconds.",
        "process_threads" => "Number of OS threads in the process.",
        _ => unreachable!("{name} has no help text"),
    };
    FamilyDescription::gauge(name, help)
}
