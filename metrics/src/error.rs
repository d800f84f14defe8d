//! The one error type: what was asked for, and why it cannot be had.

use crate::buckets::bounds::BoundsFault;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::SystemTime;

/// What was asked for and cannot be done; its message names the culprit and what is allowed.
///
/// Returned by everything in this library that can fail. The methods without `try_` panic with its message instead.
///
/// ```
/// use tachometer::AtomicHistogram;
///
/// let error = AtomicHistogram::try_new([10, 50, 20]).unwrap_err();
/// assert_eq!(error.to_string(), "histogram bounds must strictly increase: bound 1 is 50, bound 2 is 20");
/// ```
#[derive(Debug)]
pub struct Error {
    cause: Cause,
}

#[derive(Debug)]
pub(crate) enum Cause {
    /// Histogram bounds that are no bounds.
    Bounds(BoundsFault),
    /// A name that Prometheus does not allow.
    Name { name: String },
    /// A label that cannot be called so.
    Label { metric: String, label: String, is_twice: bool },
    /// A name that is taken by something else: what was wanted, and what stands there.
    Taken { wanted: String, standing: String },
    /// What all metrics of a registry cannot share: the whole message.
    Scope(String),
    /// An export every zero seconds.
    ZeroInterval,
    /// The system gave no thread.
    Spawn(io::Error),
    /// An exporter that exports nowhere.
    NoSink,
    /// Two snapshots whose counters did not begin together.
    OtherRun { later: SystemTime, earlier: SystemTime },
    /// A format that no sink of the exporter follows.
    FormatWithoutSink,
    /// A file for the textfile collector, in a format that it does not read.
    FileFormat { path: PathBuf, format: &'static str },
    /// A path where no file can be.
    FilePath { path: PathBuf, error: io::Error },
    /// The system does not let signals be waited for.
    #[cfg(all(feature = "signals", unix))]
    Signals(io::Error),
    /// The global registry is in use already.
    Installed,
    /// Calls are timed by the processor's counter already.
    ClockInUse,
    /// An endpoint cannot be had at this address.
    #[cfg(feature = "http")]
    Listen { address: String, error: io::Error },
    /// The system gave no thread for an endpoint.
    #[cfg(feature = "http")]
    SpawnEndpoint(io::Error),
    /// Not the path of a URL.
    #[cfg(feature = "http")]
    Path { path: String },
    /// A path that leads to two things.
    #[cfg(feature = "http")]
    PathTaken { path: String },
    /// An endpoint that takes no connection, or more at a time than there may be.
    #[cfg(feature = "http")]
    Connections { asked: usize, most: usize },
    /// JSON that is no snapshot.
    #[cfg(feature = "json")]
    Json(serde_json::Error),
}

impl From<Cause> for Error {
    fn from(cause: Cause) -> Self {
        Error { cause }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Bounds(fault) => f.write_str(fault.message().as_str()),
            Cause::Name { name } => write!(
                f,
                "{name:?} is no metric name: it must be ASCII letters, digits, `_` and `:`, and not begin with a digit"
            ),
            Cause::Label { metric, label, is_twice: true } => {
                write!(f, "{metric:?} has two labels called {label:?}: their names must all be different")
            }
            Cause::Label { metric, label, is_twice: false } => write!(
                f,
                "{metric:?} cannot have a label called {label:?}: it must be ASCII letters, digits and `_`, not begin with a \
                 digit or `__`, and be neither `le` nor `quantile`"
            ),
            Cause::Taken { wanted, standing } => write!(f, "cannot register {wanted}: {standing}"),
            Cause::Scope(message) => f.write_str(message),
            Cause::ZeroInterval => {
                f.write_str("an export interval of zero would never rest: it must be at least a nanosecond")
            }
            Cause::Spawn(error) => write!(f, "the system gave no thread for the export: {error}"),
            Cause::NoSink => {
                f.write_str("the exporter has no sink: name one, as in `to_file(\"metrics.prom\")`, before `start`")
            }
            Cause::OtherRun { later, earlier } => write!(
                f,
                "the two snapshots are of different runs, and have no difference: the later one counts since {}, the earlier \
                 one since {}, in seconds since 1970",
                seconds(*later),
                seconds(*earlier)
            ),
            Cause::FormatWithoutSink => f.write_str(
                "a format of the exporter has no sink: it is that of the sink named after it, as in `table().to_stdout()`",
            ),
            Cause::FileFormat { path, format } => write!(
                f,
                "the sink {} cannot hold {format}: the only format allowed in a file `*.prom` is Prometheus text, as its collectors \
                 read no other; leave out the format, or give the file another extension",
                path.display()
            ),
            Cause::FilePath { path, error } => write!(f, "{} can be no file to export to: {error}", path.display()),
            #[cfg(all(feature = "signals", unix))]
            Cause::Signals(error) => write!(f, "the exporter cannot wait for signals: {error}"),
            Cause::Installed => f.write_str(
                "the global registry is in use already: install one before the first call of an instrumented function, \
                 of `global` or of `snapshot`",
            ),
            Cause::ClockInUse => f.write_str(
                "calls are timed by the processor's counter already: force the operating system's clock before the first \
                 call of an instrumented function",
            ),
            #[cfg(feature = "http")]
            Cause::Listen { address, error } => write!(f, "cannot listen on {address}: {error}"),
            #[cfg(feature = "http")]
            Cause::SpawnEndpoint(error) => write!(f, "the system gave no thread for the endpoint: {error}"),
            #[cfg(feature = "http")]
            Cause::Path { path } => write!(
                f,
                "{path:?} is no path of an endpoint: it must begin with `/` and have no blanks, no `?`, no `#`, and nothing \
                 outside ASCII"
            ),
            #[cfg(feature = "http")]
            Cause::PathTaken { path } => write!(f, "the endpoint has something else at {path:?} already"),
            #[cfg(feature = "http")]
            Cause::Connections { asked, most } => write!(
                f,
                "an endpoint serves at least one connection at a time and at most {most}, not {asked}"
            ),
            #[cfg(feature = "json")]
            Cause::Json(error) => write!(f, "no snapshot: {error}"),
        }
    }
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .map_or_else(|before| -before.duration().as_secs_f64(), |since| since.as_secs_f64())
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Cause::Spawn(error) | Cause::FilePath { error, .. } => Some(error),
            #[cfg(all(feature = "signals", unix))]
            Cause::Signals(error) => Some(error),
            #[cfg(feature = "http")]
            Cause::SpawnEndpoint(error) | Cause::Listen { error, .. } => Some(error),
            #[cfg(feature = "json")]
            Cause::Json(error) => Some(error),
            _ => None,
        }
    }
}
