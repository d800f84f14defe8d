//! Metrics of the process from the operating system: CPU time, memory, threads and open files.
//!
//! They exist on Linux only. CPU time and the limit of open files come from system calls, which are exact, whereas `/proc` has
//! hundredths of a second. The rest comes from `/proc/self`.

use super::metrics_registry::{MetricsRegistry, unwrap_registered};
use crate::collect::{Collect, Collected, FamilyDescription, Source};
use crate::error::Error;
use crate::sync::unmodelled::lock;

impl MetricsRegistry {
    /// Registers metrics of the process, under the names that Prometheus's client libraries use. (Feature `process`; on Linux only,
    /// elsewhere nothing is registered.)
    ///
    /// | family | kind | meaning |
    /// | --- | --- | --- |
    /// | `process_cpu_seconds_total` | counter | CPU time of the process, in user and kernel mode |
    /// | `process_open_fds` | gauge | open file descriptors |
    /// | `process_max_fds` | gauge | maximum number of open file descriptors (`+Inf` if there is no limit) |
    /// | `process_virtual_memory_bytes` | gauge | size of the address space |
    /// | `process_resident_memory_bytes` | gauge | resident memory |
    /// | `process_start_time_seconds` | gauge | start time, in seconds since the Unix epoch |
    /// | `process_threads` | gauge | number of threads |
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
            self.register_source(Source::of_library(Process::new(), "from `register_process_metrics`"))?;
            *are_registered = true;
        }
        Ok(())
    }
}

#[cfg(target_os = "linux")]
use linux::Process;

#[cfg(target_os = "linux")]
mod linux {
    use super::{Collect, Collected, FamilyDescription};
    use rustix::param::{clock_ticks_per_second, page_size};
    use rustix::process::{Resource, getrlimit};
    use rustix::time::{ClockId, clock_gettime};
    use std::{fs, io};

    const FDS: &str = "/proc/self/fd";

    /// The current process.
    pub(super) struct Process {
        /// In seconds since the Unix epoch. Read once: it does not change, and the kernel formats a long text for it.
        start_time: Option<f64>,
    }

    impl Process {
        pub(super) fn new() -> Self {
            let start_time = Stat::read().and_then(|stat| {
                Some(boot_time()? as f64 + stat.start_ticks as f64 / clock_ticks_per_second() as f64)
            });
            Process { start_time }
        }
    }

    impl Collect for Process {
        fn families(&self) -> Vec<FamilyDescription> {
            let gauge = FamilyDescription::gauge;
            vec![
                FamilyDescription::counter(
                    "process_cpu_seconds_total",
                    "Total user and system CPU time spent in seconds.",
                ),
                gauge("process_open_fds", "Number of open file descriptors."),
                gauge("process_max_fds", "Maximum number of open file descriptors."),
                gauge("process_virtual_memory_bytes", "Virtual memory size in bytes."),
                gauge("process_resident_memory_bytes", "Resident memory size in bytes."),
                gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds."),
                gauge("process_threads", "Number of OS threads in the process."),
            ]
        }

        fn collect(&self, into: &mut Collected<'_>) {
            let time = clock_gettime(ClockId::ProcessCPUTime);
            let seconds = time.tv_sec as f64 + time.tv_nsec as f64 / 1e9;
            into.counter("process_cpu_seconds_total", &[], seconds);
            let max_fds = getrlimit(Resource::Nofile).current;
            into.gauge("process_max_fds", &[], max_fds.map_or(f64::INFINITY, |most| most as f64));
            let stat = Stat::read();
            let further = [
                ("process_open_fds", open_fds().ok().map(|fds| fds as f64)),
                ("process_start_time_seconds", self.start_time),
                ("process_threads", stat.as_ref().map(|stat| stat.threads as f64)),
                ("process_virtual_memory_bytes", stat.as_ref().map(|stat| stat.virtual_bytes as f64)),
                (
                    "process_resident_memory_bytes",
                    stat.map(|stat| stat.resident_pages as f64 * page_size() as f64),
                ),
            ];
            for (name, value) in further {
                if let Some(value) = value {
                    into.gauge(name, &[], value);
                }
            }
        }
    }

    fn open_fds() -> io::Result<u64> {
        // Since Linux 6.2 the size is the number of descriptors. Before, it is zero, and the entries are counted.
        match fs::metadata(FDS)?.len() {
            0 => listed_fds(),
            fds => Ok(fds),
        }
    }

    fn listed_fds() -> io::Result<u64> {
        // Without the descriptor that this read opens.
        Ok((fs::read_dir(FDS)?.count() as u64).saturating_sub(1))
    }

    /// Returns the boot time, in seconds since the Unix epoch.
    fn boot_time() -> Option<u64> {
        let text = fs::read_to_string("/proc/stat").ok()?;
        text.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
    }

    /// Fields of `/proc/self/stat`; see `man 5 proc_pid_stat`.
    #[derive(Debug, PartialEq, Eq)]
    struct Stat {
        threads: u64,
        /// Since the boot of the system.
        start_ticks: u64,
        virtual_bytes: u64,
        resident_pages: u64,
    }

    impl Stat {
        fn read() -> Option<Self> {
            // The name of the program may not be UTF-8.
            let bytes = fs::read("/proc/self/stat").ok()?;
            Stat::parse(&String::from_utf8_lossy(&bytes))
        }

        fn parse(text: &str) -> Option<Self> {
            // The second field is the name of the program in parentheses. The name may contain blanks and parentheses; the fields
            // after it do not.
            let (_, after_name) = text.rsplit_once(')')?;
            let fields: Vec<&str> = after_name.split_ascii_whitespace().collect();
            // The manual numbers fields from 1, and the first one here is field 3.
            let field = |number: usize| fields.get(number - 3)?.parse().ok();
            Some(Stat {
                threads: field(20)?,
                start_ticks: field(22)?,
                virtual_bytes: field(23)?,
                resident_pages: field(24)?,
            })
        }
    }

    #[cfg(test)]
    mod tests {
        use super::{Stat, listed_fds, open_fds};
        use std::fs::File;

        #[test]
        fn open_files_are_counted_on_older_kernels_too() {
            let before = listed_fds().unwrap();
            let files: Vec<File> = (0..500).map(|_| File::open("/dev/null").unwrap()).collect();
            // Other tests open files beside this one, but not nearly as many.
            let opened = listed_fds().unwrap() - before;
            assert!((450..550).contains(&opened), "{opened} of {}", files.len());
            let difference = listed_fds().unwrap().abs_diff(open_fds().unwrap());
            assert!(difference < 50, "{difference}");
        }

        #[test]
        fn the_name_of_a_program_may_hold_anything() {
            let rest = "S 1 42 42 0 -1 4194304 1 2 3 4 50 60 7 8 20 0 3 0 987654 4096000 321 18446744073709551615 1\n";
            let expected = Some(Stat {
                threads: 3,
                start_ticks: 987_654,
                virtual_bytes: 4_096_000,
                resident_pages: 321,
            });
            for name in ["plain", "a b", ") S 1 2 (", "(((", "\u{fffd}"] {
                assert_eq!(Stat::parse(&format!("42 ({name}) {rest}")), expected, "{name}");
            }
            assert_eq!(Stat::parse("42 (cut) S 1 42"), None);
            assert_eq!(Stat::parse(""), None);
        }
    }
}

/// The current process, of which nothing is known on this system.
#[cfg(not(target_os = "linux"))]
struct Process;

#[cfg(not(target_os = "linux"))]
impl Process {
    fn new() -> Self {
        Process
    }
}

#[cfg(not(target_os = "linux"))]
impl Collect for Process {
    fn families(&self) -> Vec<FamilyDescription> {
        Vec::new()
    }

    fn collect(&self, _: &mut Collected<'_>) {}
}
