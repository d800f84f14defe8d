//! A warning on stderr, in debug builds, about guards that are dropped as soon as they are created, as by `let _ = …`.
//!
//! The compiler cannot warn about this, because `_` is a use of the value. The guard of a program that ends within milliseconds
//! looks the same, so a guard that has been used is not reported.

use crate::clock::Instant;
use crate::platform;
use crate::snapshot::FullSnapshot;
use crate::snapshot::families::{MetricKind, Number, Value};
use crate::sync::unmodelled::OnceLock;
use std::io::{self, Write};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// A guard that lives shorter was dropped at once. `let _ = …` takes less than a microsecond, unless the thread is preempted.
const AT_ONCE: Duration = Duration::from_millis(5);

/// How long a drop waits for the line to be written: stderr may be a full pipe, or locked.
const WRITE_TIMEOUT: Duration = Duration::from_millis(500);

/// When a guard was created, and whether it has been used.
#[derive(Debug)]
pub(crate) struct GuardLifetime {
    /// `None` in release builds.
    began: Option<Instant>,
    /// Set after the guard has been used.
    used: OnceLock<()>,
}

impl GuardLifetime {
    pub(crate) fn begin() -> Self {
        GuardLifetime { began: cfg!(debug_assertions).then(Instant::now), used: OnceLock::new() }
    }

    /// Returns whether the guard, which is being dropped, was only just created, and this is not the unwinding of a panic.
    pub(crate) fn ends_at_once(&self) -> bool {
        self.began.is_some_and(|began| began.elapsed() < AT_ONCE) && !thread::panicking()
    }

    /// Marks the guard as used.
    pub(crate) fn set_used(&self) {
        self.used.get_or_init(|| ());
    }

    /// Marks the guard as used if `snapshot`, which was taken for it, contains any count.
    pub(crate) fn set_used_by(&self, snapshot: &FullSnapshot) {
        if self.began.is_some() && !self.is_used() && has_counted(snapshot) {
            self.set_used();
        }
    }

    pub(crate) fn is_used(&self) -> bool {
        self.used.get().is_some()
    }
}

/// Returns whether a counter or a histogram of the program has counted. Gauges are ignored, as a callback may set one; so are the
/// metrics of the process and of this library, which count in any program.
fn has_counted(snapshot: &FullSnapshot) -> bool {
    let has_count = |value: &Value<'_>| match value {
        Value::Number(Number::Unsigned(count)) => *count > 0,
        Value::Number(Number::Signed(count)) => *count > 0,
        Value::Number(Number::Float(sum)) => *sum > 0.0,
        Value::Histogram(histogram) => histogram.count() > 0,
    };
    let families = snapshot.families();
    let of_program = families.iter().filter(|family| {
        let counts_anyway = ["process_", "tachometer_"].iter().any(|start| family.name.starts_with(start));
        family.kind != MetricKind::Gauge && !counts_anyway
    });
    of_program.flat_map(|family| &family.series).any(|series| has_count(&series.value))
}

/// A type of guards, and the effect of its drop.
#[derive(Debug)]
pub(crate) struct DroppedAtOnce {
    guard: &'static str,
    effect: &'static str,
    /// Set after the first warning.
    is_reported: OnceLock<()>,
}

impl DroppedAtOnce {
    pub(crate) const fn new(guard: &'static str, effect: &'static str) -> Self {
        DroppedAtOnce { guard, effect, is_reported: OnceLock::new() }
    }

    /// Writes the warning to stderr, the first time it is called. Never panics, and waits for half a second at most.
    pub(crate) fn report(&self) {
        if self.is_reported.set(()).is_err() {
            return;
        }
        let line = format!(
            "tachometer: `{}` was dropped as soon as it was created, which {}: bind it to a name, as in `let _guard = …`, not \
             `let _ = …`\n",
            self.guard, self.effect
        );
        if !platform::HAS_THREADS {
            let _ = io::stderr().write_all(line.as_bytes());
            return;
        }
        let (report, written) = mpsc::channel();
        // On another thread, because this one must not block. Errors are ignored, as stderr is the only place to report them.
        let _ = thread::Builder::new().name("tachometer-stderr".to_owned()).spawn(move || {
            let _ = io::stderr().write_all(line.as_bytes());
            let _ = report.send(());
        });
        let _ = written.recv_timeout(WRITE_TIMEOUT);
    }
}
