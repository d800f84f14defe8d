//! Guards that are dropped as soon as they are made, as by `let _ = …`: a line on stderr, in debug builds.
//!
//! The compiler cannot warn of this: `_` is a use of the value. A program that is over within milliseconds looks the same, so a
//! guard that has been of use is not reported.

use crate::snapshot::FullSnapshot;
use crate::snapshot::families::{MetricKind, Number, Value};
use crate::sync::unmodelled::OnceLock;
use std::io::{self, Write};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// `let _ = …` takes less than a microsecond, unless the scheduler interrupts it.
const AT_ONCE: Duration = Duration::from_millis(5);

/// How long a drop waits for the line to be written: stderr may be a full pipe, or locked.
const PATIENCE: Duration = Duration::from_millis(500);

/// The life of a guard so far.
#[derive(Debug)]
pub(crate) struct Life {
    /// `None` in release builds.
    began: Option<Instant>,
    /// Set once the guard has been of use.
    used: OnceLock<()>,
}

impl Life {
    pub(crate) fn begin() -> Self {
        Life { began: cfg!(debug_assertions).then(Instant::now), used: OnceLock::new() }
    }

    /// Whether the guard, which is being dropped, was made just now, and this is not the unwinding of a panic.
    pub(crate) fn ends_at_once(&self) -> bool {
        self.began.is_some_and(|began| began.elapsed() < AT_ONCE) && !thread::panicking()
    }

    /// The guard has been of use.
    pub(crate) fn set_used(&self) {
        self.used.get_or_init(|| ());
    }

    /// The guard has been of use if `snapshot`, which was taken for it, has counted anything.
    pub(crate) fn see(&self, snapshot: &FullSnapshot) {
        if self.began.is_some() && !self.is_used() && has_counted(snapshot) {
            self.set_used();
        }
    }

    pub(crate) fn is_used(&self) -> bool {
        self.used.get().is_some()
    }
}

/// Whether a counter or a histogram of the program has counted. A gauge may have a level that nobody set, and the metrics of the
/// process and of this library count by themselves.
fn has_counted(snapshot: &FullSnapshot) -> bool {
    let is_some = |value: &Value<'_>| match value {
        Value::Number(Number::Unsigned(count)) => *count > 0,
        Value::Number(Number::Signed(count)) => *count > 0,
        Value::Number(Number::Float(sum)) => *sum > 0.0,
        Value::Histogram(histogram) => histogram.count() > 0,
    };
    let families = snapshot.families();
    let of_program = families.iter().filter(|family| {
        let counts_by_itself = ["process_", "tachometer_"].iter().any(|start| family.name.starts_with(start));
        family.kind != MetricKind::Gauge && !counts_by_itself
    });
    of_program.flat_map(|family| &family.series).any(|series| is_some(&series.value))
}

/// A type of guards, and what its drop does.
#[derive(Debug)]
pub(crate) struct Unbound {
    guard: &'static str,
    effect: &'static str,
    told: OnceLock<()>,
}

impl Unbound {
    pub(crate) const fn new(guard: &'static str, effect: &'static str) -> Self {
        Unbound { guard, effect, told: OnceLock::new() }
    }

    /// Tells stderr of one that was dropped at once, the first time. Never panics, and waits for a moment at most.
    pub(crate) fn report(&self) {
        if self.told.set(()).is_err() {
            return;
        }
        let line = format!(
            "tachometer: a `{}` was dropped as soon as it was made, which {}: bind it to a name, as in `let _guard = …`, not \
             `let _ = …`\n",
            self.guard, self.effect
        );
        let (tell, told) = mpsc::channel();
        // Not on this thread, which may not wait for long. An error has nobody to be told to.
        let _ = thread::Builder::new().name("tachometer-stderr".to_owned()).spawn(move || {
            let _ = io::stderr().write_all(line.as_bytes());
            let _ = tell.send(());
        });
        let _ = told.recv_timeout(PATIENCE);
    }
}
