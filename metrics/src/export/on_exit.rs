//! The metrics, printed when the program ends.

use super::shape::Shape;
use super::sink::write_to_stdout;
use crate::encode::Format;
use crate::registry::{MetricsRegistry, global};
use crate::unbound::{Life, Unbound};

/// Prints the [`global`] registry as Prometheus text to stdout when the guard is dropped: on return from `main`, on `?`
/// and on a panic, but not on `process::exit`. Stops the registry's exports before that, so each makes its last export.
///
/// ```
/// let _print = tachometer::print_on_exit(); // in `main`, first
/// // …the program…
/// ```
///
/// The guard needs a name. `_` binds nothing, so this drops it at once, and prints before anything was counted:
///
/// ```
/// let _ = tachometer::print_on_exit(); // WRONG: prints now
/// ```
///
/// The compiler does not warn of this; in debug builds, a line on stderr does.
pub fn print_on_exit() -> PrintOnExit<'static> {
    global().print_on_exit()
}

impl MetricsRegistry {
    /// As [`print_on_exit`], for this registry.
    pub fn print_on_exit(&self) -> PrintOnExit<'_> {
        PrintOnExit { registry: self, life: Life::begin() }
    }
}

/// Prints a registry when it is dropped. Made by [`print_on_exit`].
#[derive(Debug)]
#[must_use = "the metrics are printed as soon as the guard is dropped: bind it to a name, as in `let _print = …`"]
pub struct PrintOnExit<'a> {
    registry: &'a MetricsRegistry,
    life: Life,
}

static UNBOUND: Unbound = Unbound::new("PrintOnExit", "printed the metrics before anything was counted");

impl Drop for PrintOnExit<'_> {
    fn drop(&mut self) {
        let ends_at_once = self.life.ends_at_once();
        self.registry.stop();
        let snapshot = self.registry.snapshot_all();
        // A reader that has gone (`program | head`) is no reason to panic in a drop.
        let _ = write_to_stdout(Shape::Text(Format::Prometheus), &snapshot);
        self.life.see(&snapshot);
        if ends_at_once && !self.life.is_used() {
            UNBOUND.report();
        }
    }
}
