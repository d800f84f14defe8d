//! Reports of failed exports.

#[cfg(not(feature = "log"))]
use super::sink::write_past_lock;
use crate::sync::unmodelled::Arc;
use std::io;

/// A user's callback for failed exports.
pub(super) type OnError = dyn Fn(&str, &io::Error) + Send + Sync;

/// Reports the failed exports of a sink.
pub(super) enum Reporter {
    Callback(Arc<OnError>),
    /// Writes a line when exports begin to fail, and when they succeed again.
    Lines {
        /// The number of failures since the last success.
        failures: u64,
    },
}

impl Reporter {
    /// Returns a reporter that calls `on_error`, or without it writes lines.
    pub(super) fn new(on_error: Option<Arc<OnError>>) -> Self {
        on_error.map_or(Reporter::Lines { failures: 0 }, Reporter::Callback)
    }

    pub(super) fn succeeded(&mut self, sink: &str) {
        if let Reporter::Lines { failures } = self {
            match std::mem::take(failures) {
                0 => {}
                1 => recovered(&format!("the export to {sink} works again, after a failure")),
                failures => {
                    recovered(&format!("the export to {sink} works again, after {failures} failures"));
                }
            }
        }
    }

    pub(super) fn failed(&mut self, sink: &str, error: &io::Error) {
        match self {
            Reporter::Callback(callback) => callback(sink, error),
            Reporter::Lines { failures } => {
                if *failures == 0 {
                    failed(&format!("the export to {sink} failed: {error}"));
                }
                *failures += 1;
            }
        }
    }
}

#[cfg(feature = "log")]
fn failed(line: &str) {
    log::warn!("{line}");
}

#[cfg(feature = "log")]
fn recovered(line: &str) {
    log::info!("{line}");
}

#[cfg(not(feature = "log"))]
use to_stderr as failed;
#[cfg(not(feature = "log"))]
use to_stderr as recovered;

#[cfg(not(feature = "log"))]
fn to_stderr(line: &str) {
    // If stderr is closed, there is nowhere to report to.
    let _ = write_past_lock(io::stderr(), format!("tachometer: {line}\n").as_bytes());
}

#[cfg(all(test, feature = "log"))]
mod tests {
    use super::*;
    use crate::sync::unmodelled::{Mutex, lock};
    use log::{LevelFilter, Log, Metadata, Record};

    static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

    struct Logger;

    impl Log for Logger {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn log(&self, record: &Record<'_>) {
            if record.target().starts_with("tachometer") {
                lock(&LINES).push(format!("{} {}", record.level(), record.args()));
            }
        }

        fn flush(&self) {}
    }

    #[test]
    fn each_change_is_a_line_in_the_log() {
        log::set_logger(&Logger).expect("no other test sets one");
        log::set_max_level(LevelFilter::Trace);
        let mut reporter = Reporter::new(None);
        let failed = |reporter: &mut Reporter| reporter.failed("there", &io::Error::other("no"));
        for failures in [1, 2, 0] {
            (0..failures).for_each(|_| failed(&mut reporter));
            reporter.succeeded("there");
        }
        let expected = [
            "WARN the export to there failed: no",
            "INFO the export to there works again, after a failure",
            "WARN the export to there failed: no",
            "INFO the export to there works again, after 2 failures",
        ];
        assert_eq!(*lock(&LINES), expected);
    }
}
