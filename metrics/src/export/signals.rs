//! The last exports of a process that is told to end by a signal.
//!
//! One thread waits for the signals, for all exporters: the process must not end before each has made its last export. What a
//! signal handler may do is next to nothing, so `signal-hook`'s handler only wakes that thread.
//!
//! A second signal while the last exports are under way ends the process at once, for somebody may be waiting in vain. One
//! that follows the first at its heels is the same one: `timeout` and shells send a signal to a process and to its group.

use crate::error::{Cause, Error};
use crate::sync::unmodelled::{Mutex, lock};
use crate::ticker::Ticker;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

/// Signals that come within this time are one.
const AT_ITS_HEELS: Duration = Duration::from_millis(250);

/// Whom to stop when a signal comes; `None` until the thread runs that waits for one.
static WATCHED: Mutex<Option<Vec<Ticker>>> = Mutex::new(None);

/// Has these make their last export before a signal ends the process.
pub(super) fn watch(tickers: &[Ticker]) -> Result<(), Error> {
    let mut watched = lock(&WATCHED);
    if watched.is_none() {
        start_thread().map_err(Cause::Signals)?;
    }
    let watched = watched.get_or_insert_default();
    watched.retain(|ticker| !ticker.has_ended());
    watched.extend_from_slice(tickers);
    Ok(())
}

fn start_thread() -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    thread::Builder::new().name("tachometer-signals".to_owned()).spawn(move || {
        let mut first: Option<Instant> = None;
        for signal in &mut signals {
            match first {
                Some(first) if first.elapsed() < AT_ITS_HEELS => {}
                Some(_) => end_by(signal),
                None => {
                    first = Some(Instant::now());
                    let last_exports = move || {
                        let watched = lock(&WATCHED).clone().unwrap_or_default();
                        Ticker::stop_all(&watched);
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
    })?;
    Ok(())
}

/// Ends the process as the signal would have, had nobody waited for it.
fn end_by(signal: i32) {
    // An error would be a signal that does not end a process.
    let _ = emulate_default_handler(signal);
}
