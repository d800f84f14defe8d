//! The metrics, printed when the program ends.

use super::shape::Shape;
use super::sink::write_to_stdout;
use crate::encode::Format;
use crate::registry::{MetricsRegistry, global};

/// Prints the [`global`] registry as Prometheus text to stdout when the guard is dropped: on return from `main`, on `?`
/// and on a panic, but not on `process::exit`. Stops the registry's exports before that, so each makes its last export.
///
/// ```
/// let _print = tachometer::print_on_exit(); // in `main`, first
/// // …the program…
/// ```
///
/// `let _ = tachometer::print_on_exit();` is not the same: `_` binds nothing, so the guard is dropped, and prints, at once.
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
        // A reader that has gone (`program | head`) is no reason to panic in a drop.
        let _ = write_to_stdout(Shape::Text(Format::Prometheus), &self.registry.snapshot_all());
    }
}
