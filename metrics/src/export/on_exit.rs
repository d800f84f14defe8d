//! The metrics, printed when the program ends.

use crate::registry::{MetricsRegistry, global};
use std::io::{self, Write};

/// Prints the [`global`] registry as Prometheus text to stdout when the guard is dropped: on return from `main`, on `?`
/// and on a panic, but not on `process::exit`. Stops the registry's exports before that, so each makes its last export.
///
/// ```
/// let _print = tachometer::print_on_exit(); // in `main`, first
/// // …the program…
/// ```
pub fn print_on_exit() -> PrintOnExit<'static> {
    global().print_on_exit()
}

impl MetricsRegistry {
    /// As [`print_on_exit`], for this registry.
    pub fn print_on_exit(&self) -> PrintOnExit<'_> {
        PrintOnExit { registry: self }
    }
}

/// Prints a registry when it is dropped. Made by [`print_on_exit`].
#[derive(Debug)]
#[must_use = "the metrics are printed as soon as the guard is dropped: bind it to a name, as in `let _print = …`"]
pub struct PrintOnExit<'a> {
    registry: &'a MetricsRegistry,
}

impl Drop for PrintOnExit<'_> {
    fn drop(&mut self) {
        self.registry.stop();
        let text = self.registry.snapshot_all().to_prometheus_format();
        let mut stdout = io::stdout().lock();
        // A reader that has gone (`program | head`) is no reason to panic in a drop.
        let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    }
}
