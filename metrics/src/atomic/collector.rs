//! What a server counts: requests, errors, bytes, open connections.

use super::{AtomicCounter, AtomicGauge, GaugeGuard};
use crate::snapshot::MetricsSnapshot;
use crate::sync::{AtomicU64, Ordering, const_unless_loom};

/// The four numbers of a server: requests, errors, bytes sent, open connections.
///
/// Where every thread records a request before its error or its bytes, [`snapshot`](Self::snapshot) never shows an
/// error or a byte whose request it does not show. Writers are wait-free.
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
    /// What follows a request is written with `Release` and read with `Acquire` before the requests are read: whoever
    /// sees it then sees its request. Read-modify-writes continue each other's release sequence, so the last value
    /// stands for all that went into it.
    errors: AtomicU64,
    /// As `errors`.
    bytes_sent: AtomicU64,
    active_connections: AtomicGauge,
}

impl MetricsCollector {
    const_unless_loom! {
        /// A collector with everything at zero.
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
        // Release: pairs with the Acquire in `snapshot` and `snapshot_and_reset`; carries the request before it.
        self.errors.fetch_add(1, Ordering::Release);
    }

    /// Counts `bytes` sent.
    #[inline]
    pub fn record_bytes(&self, bytes: u64) {
        // Release: as in `record_error`.
        self.bytes_sent.fetch_add(bytes, Ordering::Release);
    }

    /// One connection more.
    #[inline]
    pub fn connection_opened(&self) {
        self.active_connections.increment();
    }

    /// One connection less.
    #[inline]
    pub fn connection_closed(&self) {
        self.active_connections.decrement();
    }

    /// One connection more until the guard is dropped, also when a panic drops it.
    #[inline]
    pub fn connection(&self) -> ConnectionGuard<'_> {
        ConnectionGuard { _open: self.active_connections.track() }
    }

    /// The four numbers now.
    pub fn snapshot(&self) -> MetricsSnapshot {
        // Acquire: pairs with the Release in `record_error`; the requests of these errors are visible from here on.
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

    /// The counts since the last call, which start again from zero; the connections now, which do not.
    ///
    /// Nothing is lost: what others record meanwhile is in this result or in the next. An error whose request an
    /// earlier call has returned shows alone.
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

/// Keeps a connection counted as open until it is dropped. Made by [`MetricsCollector::connection`].
#[derive(Debug)]
#[must_use = "the connection counts as closed as soon as the guard is dropped"]
pub struct ConnectionGuard<'a> {
    _open: GaugeGuard<'a>,
}
