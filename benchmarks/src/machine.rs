//! The machine that figures come from, and what a benchmark asks of it: a core of its own, a thread's time, its memory.

use crate::Fallible;
use rustix::thread::{CpuSet, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};
use std::process::Command;
use std::time::Duration;
use std::{fs, thread};

/// What a record says about where it was made.
pub(crate) fn facts() -> Fallible<Vec<(&'static str, String)>> {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let release = kernel.split('-').next().unwrap_or_default().trim();
    let system = field("/etc/os-release", "PRETTY_NAME", '=')?;
    let clock = fs::read_to_string("/sys/devices/system/clocksource/clocksource0/current_clocksource")?;
    let compiler = String::from_utf8(Command::new("rustc").arg("--version").output()?.stdout)?;
    Ok(vec![
        ("processor", processor()?),
        ("cores", thread::available_parallelism()?.to_string()),
        ("system", format!("{}, Linux {release}", system.trim_matches('"'))),
        ("clock source of the kernel", clock.trim().to_owned()),
        ("compiler", compiler.trim().to_owned()),
    ])
}

/// The name of the processor, or the numbers that stand for one where the kernel knows no names: on aarch64.
fn processor() -> Fallible<String> {
    let of_cpu = |name| field("/proc/cpuinfo", name, ':');
    of_cpu("model name")
        .or_else(|_| Ok(format!("implementer {}, part {}", of_cpu("CPU implementer")?, of_cpu("CPU part")?)))
}

/// The value of the first line of a file that begins with a name.
fn field(file: &str, name: &str, separator: char) -> Fallible<String> {
    let text = fs::read_to_string(file)?;
    let line = text.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_once(separator)).map(|(_, value)| value.trim().to_owned());
    value.ok_or_else(|| format!("{file} has no `{name}`").into())
}

/// Keeps the calling thread on one core; false where the system refuses.
pub(crate) fn pin(core: usize) -> bool {
    let mut cores = CpuSet::new();
    cores.set(core);
    sched_setaffinity(None, &cores).is_ok()
}

/// The processor's time that the calling thread has used.
pub(crate) fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("a thread's time is not negative")
}

/// The processor's time that all threads of this process have used.
pub(crate) fn process_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("a process's time is not negative")
}

/// The memory of this process that is resident and comes from no file: what its program allocates, and its stacks.
pub(crate) fn allocated() -> Fallible<u64> {
    let kibibytes = field("/proc/self/status", "RssAnon", ':')?;
    let number = kibibytes.trim_end_matches("kB").trim().parse::<u64>()?;
    Ok(number * 1024)
}

#[test]
fn the_machine_is_known() {
    let facts = facts().unwrap();
    assert!(facts.iter().all(|(_, value)| !value.is_empty()), "{facts:?}");
}
