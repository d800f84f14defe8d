//! The numbers of a server: requests, errors, bytes sent, open connections.

use super::counter::AtomicCounter;
use super::gauge::{AtomicGauge, GaugeGuard};
use crate::snapshot::MetricsSnapshot;
use crate::sync::{AtomicU64, Ordering, const_unless_loom};

/// The four numbers of a server: requests, errors, bytes sent, open connections.
///
/// If every thread records a request before its error or its bytes, [`snapshot`](Self::snapshot) never shows an error or a
/// byte without its request. Writers are wait-free.
///
/// ```
/// use tachometer::MetricsCollector;
///
/// static HTTP: MetricsCollector = MetricsCollector::new();
/// let connection = HTTP.connection();
/// HTTP.record_request();
/// HTTP.record_bytes(512);
/// HTTP.record_request();
/// HTTP.record_error();
/// let snapshot = HTTP.snapshot();
/// assert_eq!((snapshot.requests, snapshot.errors, snapshot.bytes_sent), (2, 1, 512));
/// assert_eq!(snapshot.active_connections, 1);
/// assert_eq!(snapshot.error_rate(), 0.5);
/// # drop(connection);
/// ```
#[derive(Debug, Default)]
pub struct MetricsCollector {
    requests: AtomicCounter,
    /// Errors and bytes are added with `Release` after their request, and loaded with `Acquire` before the requests: a reader
    /// that sees an error also sees its request. Read-modify-writes continue each other's release sequence, so this holds for
    /// every addition that the loaded value includes.
    errors: AtomicU64,
    /// As `errors`.
    bytes_sent: AtomicU64,
    active_connections: AtomicGauge,
}

impl MetricsCollector {
    const_unless_loom! {
        /// Creates a collector with all numbers at zero.
        pub const fn new() -> Self {
            MetricsCollector {
                requests: AtomicCounter::new(),
                errors: AtomicU64::new(0),
                bytes_sent: AtomicU64::new(0),
                active_connections: AtomicGauge::new(),
            }
        }
    }

    /// Counts a request. Call it before the request's [`record_error`](Self::record_error) and
    /// [`record_bytes`](Self::record_bytes).
    #[inline]
    pub fn record_request(&self) {
        self.requests.increment();
    }

    /// Counts an error.
    #[inline]
    pub fn record_error(&self) {
        // Release: pairs with the Acquire in `snapshot` and `snapshot_and_reset`; publishes the request recorded before.
        self.errors.fetch_add(1, Ordering::Release);
    }

    /// Counts `bytes` sent.
    #[inline]
    pub fn record_bytes(&self, bytes: u64) {
        // Release: as in `record_error`.
        self.bytes_sent.fetch_add(bytes, Ordering::Release);
    }

    /// Counts a connection as opened.
    #[inline]
    pub fn connection_opened(&self) {
        self.active_connections.increment();
    }

    /// Counts a connection as closed.
    #[inline]
    pub fn connection_closed(&self) {
        self.active_connections.decrement();
    }

    /// Counts a connection as open until the guard is dropped, even if a panic drops it.
    #[inline]
    pub fn connection(&self) -> ConnectionGuard<'_> {
        ConnectionGuard { _open: self.active_connections.track() }
    }

    /// Returns the current numbers.
    pub fn snapshot(&self) -> MetricsSnapshot {
        // Acquire: pairs with the Release in `record_error`; the requests of these errors are visible to the load below.
        let errors = self.errors.load(Ordering::Acquire);
        // Acquire: pairs with the Release in `record_bytes`.
        let bytes_sent = self.bytes_sent.load(Ordering::Acquire);
        MetricsSnapshot {
            requests: self.requests.get(),
            errors,
            bytes_sent,
            active_connections: self.active_connections.get(),
        }
    }

    /// Returns the counts since the last call and resets them to zero. The number of open connections is not reset.
    ///
    /// Nothing is lost: a concurrent recording is in this result or in the next. An error may be in a later result than its
    /// request.
    pub fn snapshot_and_reset(&self) -> MetricsSnapshot {
        // Acquire: pairs with the Release in `record_error`, as in `snapshot`.
        let errors = self.errors.swap(0, Ordering::Acquire);
        // Acquire: pairs with the Release in `record_bytes`.
        let bytes_sent = self.bytes_sent.swap(0, Ordering::Acquire);
        MetricsSnapshot {
            requests: self.requests.reset(),
            errors,
            bytes_sent,
            active_connections: self.active_connections.get(),
        }
    }
}

/// Keeps a connection counted as open until it is dropped. Created by [`MetricsCollector::connection`].
#[derive(Debug)]
#[must_use = "the connection counts as closed as soon as the guard is dropped"]
pub struct ConnectionGuard<'a> {
    _open: GaugeGuard<'a>,
}
