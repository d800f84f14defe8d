//! Printing the metrics when the program ends.

use super::report_file;
use super::sink::write_to_stdout;
use crate::dropped_at_once::{DroppedAtOnce, GuardLifetime};
use crate::encode::Format;
use crate::registry::{MetricsRegistry, global};
use crate::snapshot::FullSnapshot;
use std::env;
use std::io::{self, IsTerminal};

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

/// Prints a [report](crate::FullSnapshot::report) of the [`global`] registry to stdout when the guard is dropped, as [`print_on_exit`] prints
/// its Prometheus text: a table of the functions by the time they took, for people.
///
/// On a terminal, it has colours, unless the variable `NO_COLOR` is set. It fits in as many columns as the variable `COLUMNS` says; else, with
/// the feature `terminal`, in those of the terminal; else in 80.
///
/// If the variable `TACHOMETER_REPORT` is the path of a file, the report goes there instead: as comma-separated values if it ends in
/// `.csv`; as the whole snapshot in JSON if it ends in `.json`, which requires the feature `json`; else as the table. If it cannot be
/// written there, stderr says so, and the table is printed.
///
/// ```
/// let _report = tachometer::report_on_exit(); // in `main`, first
/// // …the program…
/// ```
///
/// Bind the guard to a name: `let _ = tachometer::report_on_exit();` prints now.
pub fn report_on_exit() -> ReportOnExit<'static> {
    global().report_on_exit()
}

impl MetricsRegistry {
    /// Prints this registry when the guard is dropped, like [`print_on_exit`].
    pub fn print_on_exit(&self) -> PrintOnExit<'_> {
        PrintOnExit { end: AtEnd::new(self) }
    }

    /// Prints a report of this registry when the guard is dropped, like [`report_on_exit`].
    pub fn report_on_exit(&self) -> ReportOnExit<'_> {
        ReportOnExit { end: AtEnd::new(self) }
    }
}

/// A guard that prints a registry when it is dropped. Returned by [`print_on_exit`].
#[derive(Debug)]
#[must_use = "the metrics are printed as soon as the guard is dropped: bind it to a name, as in `let _print = …`"]
pub struct PrintOnExit<'a> {
    end: AtEnd<'a>,
}

/// A guard that prints a report of a registry when it is dropped. Returned by [`report_on_exit`].
#[derive(Debug)]
#[must_use = "the report is printed as soon as the guard is dropped: bind it to a name, as in `let _report = …`"]
pub struct ReportOnExit<'a> {
    end: AtEnd<'a>,
}

/// What both guards do.
#[derive(Debug)]
struct AtEnd<'a> {
    registry: &'a MetricsRegistry,
    lifetime: GuardLifetime,
}

impl<'a> AtEnd<'a> {
    fn new(registry: &'a MetricsRegistry) -> Self {
        AtEnd { registry, lifetime: GuardLifetime::begin() }
    }

    /// Stops the exports and prints a snapshot. Reports a guard that was dropped at once.
    fn print(&self, print: impl FnOnce(&FullSnapshot), dropped_at_once: &DroppedAtOnce) {
        let is_dropped_at_once = self.lifetime.ends_at_once();
        self.registry.stop();
        let snapshot = self.registry.snapshot_all();
        print(&snapshot);
        self.lifetime.set_used_by(&snapshot);
        if is_dropped_at_once && !self.lifetime.is_used() {
            dropped_at_once.report();
        }
    }
}

impl Drop for PrintOnExit<'_> {
    fn drop(&mut self) {
        static DROPPED_AT_ONCE: DroppedAtOnce =
            DroppedAtOnce::new("PrintOnExit", "printed the metrics before anything was counted");
        let print = |snapshot: &FullSnapshot| {
            let mut text = String::new();
            snapshot.encode(Format::Prometheus, &mut text);
            // A closed pipe (`program | head`) must not panic in a drop.
            let _ = write_to_stdout(text.as_bytes());
        };
        self.end.print(print, &DROPPED_AT_ONCE);
    }
}

impl Drop for ReportOnExit<'_> {
    fn drop(&mut self) {
        static DROPPED_AT_ONCE: DroppedAtOnce =
            DroppedAtOnce::new("ReportOnExit", "printed the report before anything was counted");
        self.end.print(report, &DROPPED_AT_ONCE);
    }
}

/// Writes the report to the file that the environment names, or prints it.
fn report(snapshot: &FullSnapshot) {
    if report_file::write(snapshot) {
        return;
    }
    let is_colored =
        io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let report = snapshot.report().width(width()).colored(is_colored);
    // As above.
    let _ = write_to_stdout(report.to_string().as_bytes());
}

/// Returns the number of columns of the report. Shells do not export `COLUMNS`, so if it is there, it is meant.
fn width() -> usize {
    const COLUMNS: usize = 80;
    let columns = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.or_else(terminal_columns).unwrap_or(COLUMNS)
}

#[cfg(all(feature = "terminal", any(unix, windows)))]
fn terminal_columns() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0.into())
}

#[cfg(not(all(feature = "terminal", any(unix, windows))))]
fn terminal_columns() -> Option<usize> {
    None
}
