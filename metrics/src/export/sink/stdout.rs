//! The standard output.
//!
//! Whoever prints holds its lock, and under it a text stays in one piece. But a program may hold that lock for long, as a `main`
//! does that writes through `io::stdout().lock()`, and wait for an exporter's last export meanwhile. So a sink waits for the
//! lock no longer than `PATIENCE`, and then writes past it. The standard library cannot try for the lock, so another
//! thread waits in the sink's place.
//!
//! What the program has printed in whole lines is out by then, for `Stdout` keeps nothing back but a line's beginning: past the
//! lock, a text comes before a line that is not finished.

use crate::export::shape::Shape;
use crate::snapshot::FullSnapshot;
use crate::sync::unmodelled::{Arc, Mutex, lock};
use std::io::{self, Write};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Long beside the printing of some lines, short beside what a program is given to end.
const PATIENCE: Duration = Duration::from_secs(1);

/// Prints `snapshot` under the lock: what others print comes before or after it. Waits for whoever holds the lock; the thread that
/// holds it may call this.
pub(crate) fn write(shape: Shape, snapshot: &FullSnapshot) -> io::Result<()> {
    print(&mut io::stdout().lock(), &rendered(shape, snapshot))
}

#[derive(Default)]
pub(super) struct Stdout {
    /// The thread that prints under the lock, unless it is known to have ended.
    printer: Option<JoinHandle<()>>,
}

impl Stdout {
    /// Prints `snapshot`, under the lock where it can be had.
    pub(super) fn write(&mut self, shape: Shape, snapshot: &FullSnapshot) -> io::Result<()> {
        let text = rendered(shape, snapshot);
        if self.printer.as_ref().is_some_and(|printer| !printer.is_finished()) {
            // It still waits, and so would another.
            return write_past_lock(io::stdout(), &text);
        }
        // Whoever takes the text prints it.
        let offered = Arc::new(Mutex::new(Some(text)));
        let (tell, told) = mpsc::channel();
        let taken_from = Arc::clone(&offered);
        let printer = thread::Builder::new().name("tachometer-stdout".to_owned()).spawn(move || {
            let mut stdout = io::stdout().lock();
            let taken = lock(&taken_from).take();
            if let Some(text) = taken {
                let _ = tell.send(print(&mut stdout, &text));
            }
        });
        // Without a thread, `told` says at once that nobody will tell.
        self.printer = printer.ok();
        let result = if let Ok(result) = told.recv_timeout(PATIENCE) {
            result
        } else {
            let left = lock(&offered).take();
            if let Some(text) = left {
                return write_past_lock(io::stdout(), &text);
            }
            told.recv().unwrap_or_else(|_| Err(io::Error::other("the printing thread has panicked")))
        };
        if let Some(printer) = self.printer.take() {
            // An error would be a panic, which `result` tells of.
            let _ = printer.join();
        }
        result
    }
}

fn rendered(shape: Shape, snapshot: &FullSnapshot) -> String {
    let mut text = String::new();
    shape.render(snapshot, &mut text);
    text
}

fn print(stream: &mut impl Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}

/// Writes to stdout or stderr, whoever holds its lock.
#[cfg(unix)]
pub(in crate::export) fn write_past_lock(stream: impl std::os::fd::AsFd, text: &str) -> io::Result<()> {
    // A `File` closes its descriptor, so it gets one of its own; a new one each time, for the program may have sent the stream
    // elsewhere since.
    let descriptor = stream.as_fd().try_clone_to_owned()?;
    print(&mut std::fs::File::from(descriptor), text)
}

/// Here no way leads past the lock that would treat a console as the standard library does: waits for it.
#[cfg(not(unix))]
pub(in crate::export) fn write_past_lock(mut stream: impl Write, text: &str) -> io::Result<()> {
    print(&mut stream, text)
}
