//! Last exports of a process that a signal ends.
//!
//! One thread waits for the signals, for all exporters: the process must not end before each has made its last export. A signal
//! handler may do next to nothing, so that of `signal-hook` only wakes the thread.
//!
//! A second signal during the last exports ends the process at once, because an export may hang. A second signal within
//! `DUPLICATE_WINDOW` of the first is taken for a duplicate: `timeout` and shells send a signal to a process and to its group.
//!
//! A signal that the process was started to ignore stays ignored. Shells start background processes with SIGINT ignored so that
//! it does not end them.

use crate::clock::Instant;
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
use std::time::Duration;

/// A signal within this time of the first one is a duplicate of it.
const DUPLICATE_WINDOW: Duration = Duration::from_millis(250);

/// The exports to stop on a signal; `None` until the signal thread runs.
static WATCHED: Mutex<Option<Vec<PeriodicThread>>> = Mutex::new(None);

/// Registers these exports to make their last export before a signal ends the process.
pub(super) fn watch(threads: &[PeriodicThread]) -> Result<(), Error> {
    let mut watched = lock(&WATCHED);
    if watched.is_none() {
        start_thread().map_err(Cause::Signals)?;
    }
    let watched = watched.get_or_insert_default();
    watched.retain(|thread| !thread.has_ended());
    watched.extend_from_slice(threads);
    Ok(())
}

/// Starts the signal thread. Returns after it has registered the handlers.
fn start_thread() -> io::Result<()> {
    let (sender, receiver) = mpsc::channel();
    // Registered in the thread, not before it: if spawning failed, the handlers would stay, and signals would be swallowed.
    thread::Builder::new().name("tachometer-signals".to_owned()).spawn(move || {
        match Signals::new(signals_to_handle()) {
            Ok(signals) => {
                let _ = sender.send(Ok(()));
                wait_for(signals);
            }
            Err(error) => _ = sender.send(Err(error)),
        }
    })?;
    receiver.recv().unwrap_or_else(|_| Err(io::Error::other("the signal thread has panicked")))
}

/// Waits for signals and ends the process after the last exports.
fn wait_for(mut signals: Signals) {
    let mut first: Option<Instant> = None;
    for signal in &mut signals {
        match first {
            Some(first) if first.elapsed() < DUPLICATE_WINDOW => {}
            Some(_) => end_process_by(signal),
            None => {
                first = Some(Instant::now());
                let last_exports = move || {
                    let watched = lock(&WATCHED).clone().unwrap_or_default();
                    PeriodicThread::stop_all(&watched);
                    end_process_by(signal);
                };
                let name = "tachometer-last-exports".to_owned();
                if thread::Builder::new().name(name).spawn(last_exports).is_err() {
                    // The last exports are skipped: on this thread they could hang and keep it from a second signal.
                    end_process_by(signal);
                }
            }
        }
    }
}

/// Returns those of SIGTERM and SIGINT that are not ignored.
///
/// On Linux a file in `/proc` lists the ignored signals, and reading it needs no `unsafe`. If there is no such file, none counts
/// as ignored.
fn signals_to_handle() -> Vec<i32> {
    let ignored = fs::read_to_string("/proc/self/status").map_or(0, |status| ignored_signals(&status));
    [SIGTERM, SIGINT].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0).collect()
}

/// Returns the mask of ignored signals in `/proc/PID/status`. The lowest bit is signal 1.
fn ignored_signals(status: &str) -> u128 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // Some architectures have 128 signals.
    mask.and_then(|mask| u128::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// Ends the process as the signal would have without a handler.
fn end_process_by(signal: i32) {
    if let Some(status) = status_in_place_of(process::id(), signal) {
        low_level::exit(status);
    }
    // Fails only for signals that do not end a process.
    let _ = low_level::emulate_default_handler(signal);
}

/// Returns the exit status of the process with this id if a signal cannot end it: the kernel ignores signals with their default
/// action that process 1 of a container sends itself. The status is the one that shells report for a program that a signal
/// ended.
fn status_in_place_of(process: u32, signal: i32) -> Option<i32> {
    (process == 1).then_some(128 + signal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn process_1_exits_with_the_status_that_shells_report_for_a_signal() {
        assert_eq!([SIGINT, SIGTERM].map(|signal| status_in_place_of(1, signal)), [Some(130), Some(143)]);
        assert_eq!(status_in_place_of(2, SIGTERM), None);
    }

    #[test]
    fn ignored_signals_are_read_from_the_status_of_the_process() {
        let status = "Name:\tSigIgn\nSigBlk:\t0000000000004002\nSigIgn:\t0000000000001002\nSigCgt:\t0000000000004000\n";
        assert_eq!(ignored_signals(status), 1 << (SIGINT - 1) | 1 << 12);
        for unknown in ["", "SigIgn:", "SigIgn:\tnone\n"] {
            assert_eq!(ignored_signals(unknown), 0);
        }
    }
}
