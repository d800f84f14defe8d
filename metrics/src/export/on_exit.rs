//! Printing the metrics when the program ends.

use super::output_format::OutputFormat;
use super::sink::write_to_stdout;
use crate::dropped_at_once::{DroppedAtOnce, GuardLifetime};
use crate::encode::Format;
use crate::registry::{MetricsRegistry, global};

/// Prints the [`global`] registry as Prometheus text to stdout when the guard is dropped: on return from `main`, on `?`
/// and on a panic, but not on `process::exit`. Before that, stops the exports of the registry, each after a last export.
///
/// ```
/// let _print = tachometer::print_on_exit(); // in `main`, first
/// // …the program…
/// ```
///
/// Bind the guard to a name. `_` is not a binding, so this drops the guard at once, and prints before anything is counted:
///
/// ```
/// let _ = tachometer::print_on_exit(); // WRONG: prints now
/// ```
///
/// The compiler does not warn about this. In debug builds, a line on stderr does.
pub fn print_on_exit() -> PrintOnExit<'static> {
    global().print_on_exit()
}

impl MetricsRegistry {
    /// Prints this registry when the guard is dropped, like [`print_on_exit`].
    pub fn print_on_exit(&self) -> PrintOnExit<'_> {
        PrintOnExit { registry: self, lifetime: GuardLifetime::begin() }
    }
}

/// A guard that prints a registry when it is dropped. Returned by [`print_on_exit`].
#[derive(Debug)]
#[must_use = "the metrics are printed as soon as the guard is dropped: bind it to a name, as in `let _print = …`"]
pub struct PrintOnExit<'a> {
    registry: &'a MetricsRegistry,
    lifetime: GuardLifetime,
}

static DROPPED_AT_ONCE: DroppedAtOnce =
    DroppedAtOnce::new("PrintOnExit", "printed the metrics before anything was counted");

impl Drop for PrintOnExit<'_> {
    fn drop(&mut self) {
        let is_dropped_at_once = self.lifetime.ends_at_once();
        self.registry.stop();
        let snapshot = self.registry.snapshot_all();
        // A closed pipe (`program | head`) must not panic in a drop.
        let _ = write_to_stdout(OutputFormat::Exposition(Format::Prometheus), &snapshot);
        self.lifetime.set_used_by(&snapshot);
        if is_dropped_at_once && !self.lifetime.is_used() {
            DROPPED_AT_ONCE.report();
        }
    }
}
