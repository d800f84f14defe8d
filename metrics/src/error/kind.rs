//! Kinds of errors.

/// The kind of an [`Error`](crate::Error), for programs that treat some of them differently. Returned by
/// [`Error::kind`](crate::Error::kind).
///
/// ```
/// use std::time::Duration;
/// use tachometer::{Error, MetricsRegistry, error};
///
/// /// Registers a counter if its name is free.
/// fn register_optional(registry: &MetricsRegistry, name: &str) -> Result<(), Error> {
///     match registry.try_register_counter(name) {
///         Err(error) if error.kind() == error::Kind::NameTaken => Ok(()),
///         result => result.map(drop),
///     }
/// }
///
/// let registry = MetricsRegistry::new(Duration::from_secs(10));
/// registry.register_gauge("jobs");
/// assert!(register_optional(&registry, "jobs").is_ok());
/// let error = register_optional(&registry, "jobs done").unwrap_err();
/// assert_eq!(error.kind(), error::Kind::InvalidName);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Prometheus does not allow the name of a metric, or the namespace of a registry is invalid.
    InvalidName,
    /// A label has an invalid, reserved or repeated name.
    InvalidLabel,
    /// The bounds of a histogram are empty, too many, or do not strictly increase.
    InvalidBounds,
    /// Another metric is already registered under the name, or already prints it.
    NameTaken,
    /// The options of an exporter or an endpoint are invalid or contradict each other.
    InvalidConfiguration,
    /// An operation of the operating system failed: [`Error::io_error`](crate::Error::io_error) returns why.
    Io,
    /// The operating system failed to spawn a thread: [`Error::io_error`](crate::Error::io_error) returns why.
    ThreadSpawn,
    /// A process-wide setting cannot be changed any more, because it is already in use.
    AlreadyInUse,
    /// The target lacks what the operation needs.
    Unsupported,
    /// Two snapshots are from different runs and have no difference.
    DifferentRuns,
    /// A series does not specify an objective.
    InvalidObjective,
    /// A text is not JSON, or not that of a snapshot.
    InvalidJson,
}
