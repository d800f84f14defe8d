//! The last exports of a process that is told to end by a signal.
//!
//! One thread waits for the signals, for all exporters: the process must not end before each has made its last export. What a
//! signal handler may do is next to nothing, so `signal-hook`'s handler only wakes that thread.
//!
//! A second signal while the last exports are under way ends the process at once, for somebody may be waiting in vain. One
//! that follows the first at its heels is the same one: `timeout` and shells send a signal to a process and to its group.
//!
//! A signal that the process was started to ignore stays ignored: whoever did that (a shell does, with SIGINT, for what it
//! runs in the background) does not want it to end by that signal.

use crate::error::{Cause, Error};
use crate::sync::unmodelled::{Mutex, lock};
use crate::util::periodic::PeriodicThread;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level;
use std::fs;
use std::io;
use std::process;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Signals that come within this time are one.
const AT_ITS_HEELS: Duration = Duration::from_millis(250);

/// Whom to stop when a signal comes; `None` until the thread runs that waits for one.
static WATCHED: Mutex<Option<Vec<PeriodicThread>>> = Mutex::new(None);

/// Has these make their last export before a signal ends the process.
pub(super) fn watch(tickers: &[PeriodicThread]) -> Result<(), Error> {
    let mut watched = lock(&WATCHED);
    if watched.is_none() {
        start_thread().map_err(Cause::Signals)?;
    }
    let watched = watched.get_or_insert_default();
    watched.retain(|ticker| !ticker.has_ended());
    watched.extend_from_slice(tickers);
    Ok(())
}

/// Returns once the thread waits for signals.
fn start_thread() -> io::Result<()> {
    let (tell, told) = mpsc::channel();
    // In the thread, not before it: a handler stays when nobody waits for it, and the signal would end nothing any more.
    thread::Builder::new().name("tachometer-signals".to_owned()).spawn(move || {
        match Signals::new(heeded()) {
            Ok(signals) => {
                let _ = tell.send(Ok(()));
                wait_for(signals);
            }
            Err(error) => _ = tell.send(Err(error)),
        }
    })?;
    told.recv().unwrap_or_else(|_| Err(io::Error::other("the signal thread has panicked")))
}

fn wait_for(mut signals: Signals) {
    let mut first: Option<Instant> = None;
    for signal in &mut signals {
        match first {
            Some(first) if first.elapsed() < AT_ITS_HEELS => {}
            Some(_) => end_by(signal),
            None => {
                first = Some(Instant::now());
                let last_exports = move || {
                    let watched = lock(&WATCHED).clone().unwrap_or_default();
                    PeriodicThread::stop_all(&watched);
                    end_by(signal);
                };
                let name = "tachometer-last-exports".to_owned();
                if thread::Builder::new().name(name).spawn(last_exports).is_err() {
                    // Without a thread there are no last exports, which could hang; but there is an end.
                    end_by(signal);
                }
            }
        }
    }
}

/// The signals that are not ignored.
///
/// Linux says which are in a file of `/proc`, and no `unsafe` is needed to ask it. Where there is no such file, none counts as
/// ignored.
fn heeded() -> Vec<i32> {
    let ignored = fs::read_to_string("/proc/self/status").map_or(0, |status| ignored(&status));
    [SIGTERM, SIGINT].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0).collect()
}

/// What `/proc/PID/status` says is ignored: the lowest bit is signal 1.
fn ignored(status: &str) -> u128 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // 128 bits, for that many signals there are where there are most.
    mask.and_then(|mask| u128::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// Ends the process as the signal would have, had nobody waited for it.
fn end_by(signal: i32) {
    if let Some(status) = status_instead(process::id(), signal) {
        low_level::exit(status);
    }
    // An error would be a signal that does not end a process.
    let _ = low_level::emulate_default_handler(signal);
}

/// The status with which the process of this id exits, where it cannot end by the signal: Linux spares the first process of a
/// container the default action of what it sends itself. A shell says the same of a program that a signal has ended.
fn status_instead(process: u32, signal: i32) -> Option<i32> {
    (process == 1).then_some(128 + signal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_process_exits_with_what_a_shell_says_of_a_signal() {
        assert_eq!([SIGINT, SIGTERM].map(|signal| status_instead(1, signal)), [Some(130), Some(143)]);
        assert_eq!(status_instead(2, SIGTERM), None);
    }

    #[test]
    fn linux_says_which_signals_are_ignored() {
        let status = "Name:\tSigIgn\nSigBlk:\t0000000000004002\nSigIgn:\t0000000000001002\nSigCgt:\t0000000000004000\n";
        assert_eq!(ignored(status), 1 << (SIGINT - 1) | 1 << 12);
        for unknown in ["", "SigIgn:", "SigIgn:\tnone\n"] {
            assert_eq!(ignored(unknown), 0);
        }
    }
}
