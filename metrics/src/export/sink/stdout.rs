//! The standard output.
//!
//! A text written while holding the lock of stdout stays in one piece. But a program may hold that lock for long, as a `main` does
//! that writes through `io::stdout().lock()`, and wait for the last export of an exporter meanwhile. To avoid this deadlock, a
//! sink waits for the lock no longer than `LOCK_TIMEOUT`, and then writes past it, directly to the descriptor. The standard
//! library has no `try_lock` for stdout, so a helper thread waits for the lock.
//!
//! Whole lines that the program has printed are written by then, because `std::io::Stdout` is line-buffered. An unfinished line
//! comes after a text that is written past the lock.

use crate::export::output_format::OutputFormat;
use crate::snapshot::FullSnapshot;
use crate::sync::unmodelled::{Arc, Mutex, lock};
use std::io::{self, Write};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Long compared to printing some lines, short compared to the time that a program is given to end.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);

/// Prints a text while holding the lock, so the output of other threads comes before or after it. Waits for the lock, which is
/// re-entrant.
pub(crate) fn write(text: &[u8]) -> io::Result<()> {
    print(&mut io::stdout().lock(), text)
}

/// The standard output as a sink.
#[derive(Debug, Default)]
pub(super) struct Stdout {
    /// The thread that waits for the lock and prints, unless it is known to have ended.
    printer: Option<JoinHandle<()>>,
}

impl Stdout {
    /// Prints `snapshot`, while holding the lock if it is released in time.
    pub(super) fn write(&mut self, format: OutputFormat, snapshot: &FullSnapshot) -> io::Result<()> {
        self.print(rendered(format, snapshot))
    }

    /// Prints `text` in one piece, while holding the lock if it is released in time.
    pub(super) fn print(&mut self, text: Vec<u8>) -> io::Result<()> {
        if self.printer.as_ref().is_some_and(|printer| !printer.is_finished()) {
            // The thread of an earlier text still waits for the lock, and so would another one.
            return write_past_lock(io::stdout(), &text);
        }
        // The thread that takes the text prints it: the printer, or this one after the timeout.
        let offered = Arc::new(Mutex::new(Some(text)));
        let (sender, receiver) = mpsc::channel();
        let offered_to_printer = Arc::clone(&offered);
        let printer = thread::Builder::new().name("tachometer-stdout".to_owned()).spawn(move || {
            let mut stdout = io::stdout().lock();
            let taken = lock(&offered_to_printer).take();
            if let Some(text) = taken {
                let _ = sender.send(print(&mut stdout, &text));
            }
        });
        // If the thread was not spawned, the sender is dropped, and receiving fails at once.
        self.printer = printer.ok();
        let result = if let Ok(result) = receiver.recv_timeout(LOCK_TIMEOUT) {
            result
        } else {
            let left = lock(&offered).take();
            if let Some(text) = left {
                return write_past_lock(io::stdout(), &text);
            }
            receiver.recv().unwrap_or_else(|_| Err(io::Error::other("the printing thread has panicked")))
        };
        if let Some(printer) = self.printer.take() {
            // An error would be a panic, which `result` reports.
            let _ = printer.join();
        }
        result
    }
}

fn rendered(format: OutputFormat, snapshot: &FullSnapshot) -> Vec<u8> {
    let mut text = Vec::new();
    format.render(snapshot, &mut text);
    text
}

fn print(stream: &mut impl Write, text: &[u8]) -> io::Result<()> {
    stream.write_all(text)?;
    stream.flush()
}

/// Writes to stdout or stderr without its lock.
#[cfg(unix)]
pub(in crate::export) fn write_past_lock(stream: impl std::os::fd::AsFd, text: &[u8]) -> io::Result<()> {
    // A `File` closes its descriptor, so it gets a duplicate; a new one each time, as the program may have redirected the stream
    // since.
    let descriptor = stream.as_fd().try_clone_to_owned()?;
    print(&mut std::fs::File::from(descriptor), text)
}

/// Writes to stdout or stderr after waiting for its lock. On this system, only the standard library handles consoles properly.
#[cfg(not(unix))]
pub(in crate::export) fn write_past_lock(mut stream: impl Write, text: &[u8]) -> io::Result<()> {
    print(&mut stream, text)
}
