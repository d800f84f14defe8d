//! The current process on Linux.
//!
//! CPU time and the limit of open files come from system calls, which are exact, whereas `/proc` has hundredths of a second. The
//! rest comes from `/proc/self`.

use crate::sync::unmodelled::OnceLock;
use rustix::param::{clock_ticks_per_second, page_size};
use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};
use std::{fs, io};

const FDS: &str = "/proc/self/fd";

/// The families that this system provides.
pub(super) const FAMILIES: &[&str] = &[
    "process_cpu_seconds_total",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "process_threads",
    "process_virtual_memory_bytes",
];

/// Reads the present values; `None` for one that cannot be read.
pub(super) fn read() -> Vec<(&'static str, Option<f64>)> {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let max_fds = getrlimit(Resource::Nofile).current;
    let stat = Stat::read();
    vec![
        ("process_cpu_seconds_total", Some(time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)),
        ("process_max_fds", Some(max_fds.map_or(f64::INFINITY, |most| most as f64))),
        ("process_open_fds", open_fds().ok().map(|fds| fds as f64)),
        ("process_start_time_seconds", start_time()),
        ("process_threads", stat.as_ref().map(|stat| stat.threads as f64)),
        ("process_virtual_memory_bytes", stat.as_ref().map(|stat| stat.virtual_bytes as f64)),
        ("process_resident_memory_bytes", stat.map(|stat| stat.resident_pages as f64 * page_size() as f64)),
    ]
}

/// Returns the start time, in seconds since the Unix epoch. Read once: it does not change, and the kernel formats a long text for it.
fn start_time() -> Option<f64> {
    static START_TIME: OnceLock<Option<f64>> = OnceLock::new();
    *START_TIME.get_or_init(|| {
        let start_ticks = Stat::read()?.start_ticks;
        Some(boot_time()? as f64 + start_ticks as f64 / clock_ticks_per_second() as f64)
    })
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
        let rest =
            "S 1 42 42 0 -1 4194304 1 2 3 4 50 60 7 8 20 0 3 0 987654 4096000 321 18446744073709551615 1\n";
        let expected =
            Some(Stat { threads: 3, start_ticks: 987_654, virtual_bytes: 4_096_000, resident_pages: 321 });
        for name in ["plain", "a b", ") S 1 2 (", "(((", "\u{fffd}"] {
            assert_eq!(Stat::parse(&format!("42 ({name}) {rest}")), expected, "{name}");
        }
        assert_eq!(Stat::parse("42 (cut) S 1 42"), None);
        assert_eq!(Stat::parse(""), None);
    }
}
