//! The error type of this library, and the [kinds](Kind) of its errors.

mod kind;
#[cfg(test)]
mod tests;

pub use kind::Kind;

use crate::buckets::bounds::BoundsFault;
use crate::names::RESERVED_LABELS;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// An error of this library. Its message names the culprit and what is allowed.
///
/// Returned by the fallible functions of this library, except those of [`testing`](crate::testing). A method that has a `try_` form
/// panics with the message instead.
///
/// ```
/// use tachometer::{AtomicHistogram, error};
///
/// let error = AtomicHistogram::try_new([10, 50, 20]).unwrap_err();
/// assert_eq!(error.to_string(), "histogram bounds must strictly increase: bound 1 is 50, bound 2 is 20");
/// assert_eq!(error.kind(), error::Kind::InvalidBounds);
/// ```
///
/// The message contains that of the underlying error, if there is one; so
/// [`source`](std::error::Error::source) returns `None`, and reports that walk the chain print nothing twice.
/// [`io_error`](Self::io_error) returns the error of the operating system.
/// [`Debug`](fmt::Debug) shows the message too: it is what `unwrap()` and a `main` that returns an error print.
pub struct Error {
    cause: Cause,
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Debug)]
pub(crate) enum Cause {
    /// Invalid histogram bounds.
    Bounds(BoundsFault),
    /// A name that Prometheus does not allow.
    Name { name: String },
    /// An invalid label name, or one that occurs twice.
    Label { metric: String, label: String, is_twice: bool },
    /// A function without a name.
    EmptyFunctionName,
    /// A label that a function described at run time cannot have, or has twice.
    FunctionLabel { function: String, label: String, is_twice: bool },
    /// A name that is taken: what was to be registered, and what already has the name.
    Taken { wanted: String, standing: String },
    /// A namespace that a registry cannot have: the reason.
    Namespace { namespace: String, reason: String },
    /// A label that the series of a registry cannot all have: the reason.
    CommonLabel { label: String, reason: String },
    /// An export interval of zero.
    ZeroInterval,
    /// The export thread was not spawned.
    Spawn(io::Error),
    /// An exporter without sinks.
    NoSink,
    /// A setting of a sink that cannot be: the sink, the setting, and the reason.
    #[cfg(any(feature = "otlp", feature = "push", feature = "statsd", feature = "emf"))]
    SinkSetting { sink: &'static str, setting: &'static str, reason: String },
    /// A series that is not one of an objective: the reason.
    Objective { reason: String },
    /// Two snapshots whose counters did not start together.
    OtherRun,
    /// A format that no sink of the exporter follows.
    FormatWithoutSink,
    /// A file for the textfile collector in a format that it does not read.
    FileFormat { path: PathBuf, format: &'static str },
    /// A format for stdout that is not text.
    StdoutFormat,
    /// A path at which no file can be.
    FilePath { path: PathBuf, error: io::Error },
    /// The signal handlers were not registered.
    #[cfg(all(feature = "signals", unix))]
    Signals(io::Error),
    /// The global registry is already in use.
    Installed,
    /// Calls are already timed by another clock.
    ClockInUse,
    /// The target has no clock of the system.
    NoClock,
    /// The endpoint cannot listen on this address.
    #[cfg(all(feature = "http", not(target_family = "wasm")))]
    Listen { address: String, error: io::Error },
    /// The endpoint thread was not spawned.
    #[cfg(all(feature = "http", not(target_family = "wasm")))]
    SpawnEndpoint(io::Error),
    /// Not the path of a URL.
    #[cfg(all(feature = "http", not(target_family = "wasm")))]
    Path { path: String },
    /// Two pages at one path.
    #[cfg(all(feature = "http", not(target_family = "wasm")))]
    PathTaken { path: String },
    /// A maximum of connections that is zero or too large.
    #[cfg(all(feature = "http", not(target_family = "wasm")))]
    Connections { asked: usize, most: usize },
    /// JSON that is not a snapshot.
    #[cfg(feature = "json")]
    Json(serde_json::Error),
}

impl From<Cause> for Error {
    fn from(cause: Cause) -> Self {
        Error { cause }
    }
}

impl Error {
    /// Returns the kind of this error.
    ///
    /// ```
    /// use tachometer::{error, exporter};
    ///
    /// let error = exporter().start().unwrap_err();
    /// assert_eq!(error.kind(), error::Kind::InvalidConfiguration);
    /// ```
    pub fn kind(&self) -> Kind {
        match &self.cause {
            Cause::Bounds(_) => Kind::InvalidBounds,
            Cause::Name { .. } | Cause::Namespace { .. } | Cause::EmptyFunctionName => Kind::InvalidName,
            Cause::Label { .. } | Cause::CommonLabel { .. } | Cause::FunctionLabel { .. } => {
                Kind::InvalidLabel
            }
            Cause::Taken { .. } => Kind::NameTaken,
            Cause::Objective { .. } => Kind::InvalidObjective,
            Cause::ZeroInterval
            | Cause::NoSink
            | Cause::FormatWithoutSink
            | Cause::FileFormat { .. }
            | Cause::StdoutFormat => Kind::InvalidConfiguration,
            #[cfg(any(feature = "otlp", feature = "push", feature = "statsd", feature = "emf"))]
            Cause::SinkSetting { .. } => Kind::InvalidConfiguration,
            #[cfg(all(feature = "http", not(target_family = "wasm")))]
            Cause::Path { .. } | Cause::PathTaken { .. } | Cause::Connections { .. } => {
                Kind::InvalidConfiguration
            }
            Cause::FilePath { .. } => Kind::Io,
            #[cfg(all(feature = "signals", unix))]
            Cause::Signals(_) => Kind::Io,
            #[cfg(all(feature = "http", not(target_family = "wasm")))]
            Cause::Listen { .. } => Kind::Io,
            Cause::Spawn(_) => Kind::ThreadSpawn,
            #[cfg(all(feature = "http", not(target_family = "wasm")))]
            Cause::SpawnEndpoint(_) => Kind::ThreadSpawn,
            Cause::Installed | Cause::ClockInUse => Kind::AlreadyInUse,
            Cause::NoClock => Kind::Unsupported,
            Cause::OtherRun => Kind::DifferentRuns,
            #[cfg(feature = "json")]
            Cause::Json(_) => Kind::InvalidJson,
        }
    }

    /// Returns the error of the operating system that caused this one, if there is one.
    ///
    /// ```
    /// use tachometer::exporter;
    ///
    /// let error = exporter().to_file("metrics/").start().unwrap_err();
    /// assert!(error.io_error().is_some());
    /// ```
    pub fn io_error(&self) -> Option<&io::Error> {
        match &self.cause {
            Cause::Spawn(error) | Cause::FilePath { error, .. } => Some(error),
            #[cfg(all(feature = "signals", unix))]
            Cause::Signals(error) => Some(error),
            #[cfg(all(feature = "http", not(target_family = "wasm")))]
            Cause::SpawnEndpoint(error) | Cause::Listen { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Bounds(fault) => f.write_str(fault.message().as_str()),
            Cause::Name { name } => write!(
                f,
                "invalid metric name {name:?}: it must consist of ASCII letters, digits, `_` and `:`, and must not begin \
                 with a digit"
            ),
            Cause::Label { metric, label, is_twice: true } => {
                write!(f, "{metric:?} has two labels named {label:?}: label names must be unique")
            }
            Cause::Label { metric, label, is_twice: false } => write!(
                f,
                "{metric:?} has an invalid label name {label:?}: it must consist of ASCII letters, digits and `_`, must not \
                 begin with a digit or `__`, and must not be `le` or `quantile`"
            ),
            Cause::EmptyFunctionName => f.write_str("the name of a function must not be empty"),
            Cause::FunctionLabel { function, label, is_twice: true } => {
                write!(f, "the function {function:?} has two labels named {label:?}: label names must be unique")
            }
            Cause::FunctionLabel { function, label, is_twice: false } => write!(
                f,
                "the function {function:?} has an invalid label name {label:?}: it must consist of ASCII letters, digits and \
                 `_`, must not begin with a digit or `__`, and must be none of `{}`",
                RESERVED_LABELS.join("`, `")
            ),
            Cause::Taken { wanted, standing } => write!(f, "cannot register {wanted}: {standing}"),
            Cause::Namespace { namespace, reason } => write!(f, "invalid namespace {namespace:?}: {reason}"),
            Cause::CommonLabel { label, reason } => {
                write!(f, "invalid label {label:?} for all series: {reason}")
            }
            Cause::ZeroInterval => f.write_str("the export interval must be non-zero"),
            Cause::Spawn(error) => write!(f, "failed to spawn the export thread: {error}"),
            Cause::NoSink => f.write_str(
                "the exporter has no sink: add at least one before `start`, as in `to_file(\"metrics.prom\")`",
            ),
            #[cfg(any(feature = "otlp", feature = "push", feature = "statsd", feature = "emf"))]
            Cause::SinkSetting { sink, setting, reason } => write!(f, "the {setting} of the {sink} sink: {reason}"),
            Cause::Objective { reason } => write!(f, "invalid objective: {reason}"),
            Cause::OtherRun => f.write_str(
                "the two snapshots are from different runs and have no difference: their counters started at different times; \
                 compare their values instead, or use `since`, which returns what the later run has counted",
            ),
            Cause::FormatWithoutSink => f.write_str(
                "a format of the exporter has no sink: set each format directly before its sink, as in \
                 `table().to_stdout()`",
            ),
            Cause::FileFormat { path, format } => write!(
                f,
                "cannot write {format} to \"{}\": a file `*.prom` must contain Prometheus text, the only format that its \
                 collectors read; leave out the format, or choose another extension",
                path.display()
            ),
            Cause::StdoutFormat => f.write_str(
                "cannot write protocol buffers to stdout, where text is printed: choose a format of text, or write them to a file",
            ),
            Cause::FilePath { path, error } => write!(f, "cannot export to the file \"{}\": {error}", path.display()),
            #[cfg(all(feature = "signals", unix))]
            Cause::Signals(error) => write!(f, "failed to register the signal handlers: {error}"),
            Cause::Installed => f.write_str(
                "the global registry is already in use: install one before the first call of an instrumented function, \
                 of `global` or of `snapshot`",
            ),
            Cause::ClockInUse => f.write_str(
                "calls are already timed by another clock: choose the clock once, before the first call of an instrumented \
                 function",
            ),
            Cause::NoClock => f.write_str(
                "the system has no clock on this target: set one with `tachometer::set_clock`, or have calls counted only",
            ),
            #[cfg(all(feature = "http", not(target_family = "wasm")))]
            Cause::Listen { address, error } => write!(f, "cannot listen on {address}: {error}"),
            #[cfg(all(feature = "http", not(target_family = "wasm")))]
            Cause::SpawnEndpoint(error) => write!(f, "failed to spawn the endpoint thread: {error}"),
            #[cfg(all(feature = "http", not(target_family = "wasm")))]
            Cause::Path { path } => write!(
                f,
                "invalid endpoint path {path:?}: it must begin with `/` and consist of visible ASCII characters other than \
                 `?` and `#`"
            ),
            #[cfg(all(feature = "http", not(target_family = "wasm")))]
            Cause::PathTaken { path } => write!(f, "the endpoint already serves another page at {path:?}"),
            #[cfg(all(feature = "http", not(target_family = "wasm")))]
            Cause::Connections { asked, most } => {
                write!(f, "the maximum number of connections must be between 1 and {most}, not {asked}")
            }
            #[cfg(feature = "json")]
            Cause::Json(error) => write!(f, "invalid snapshot JSON: {error}"),
        }
    }
}

// Without a source: the message contains that of the underlying error.
impl std::error::Error for Error {}
