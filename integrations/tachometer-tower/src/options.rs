//! The options that both layers have.

use tachometer::{MetricsRegistry, buckets};

/// The bounds of OpenTelemetry's conventions.
const DURATION_BOUNDS: [u64; 14] =
    buckets::seconds([0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0]);

/// The side of a connection that a layer is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Server,
    Client,
}

#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) side: Side,
    /// `None` for the global one.
    pub(crate) registry: Option<&'static MetricsRegistry>,
    /// Empty if it is not known.
    pub(crate) scheme: String,
    pub(crate) bounds: Vec<u64>,
    pub(crate) max_series: usize,
    pub(crate) body_sizes: bool,
    pub(crate) reads_grpc: bool,
}

impl Side {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Side::Server => "server",
            Side::Client => "client",
        }
    }

    /// Returns the names of the labels of its histograms.
    pub(crate) fn labels(self) -> [&'static str; 6] {
        let [second, third] = match self {
            Side::Server => ["url_scheme", "http_route"],
            Side::Client => ["server_address", "server_port"],
        };
        let [status, error, grpc] = ["http_response_status_code", "error_type", "rpc_grpc_status_code"];
        ["http_request_method", second, third, status, error, grpc]
    }
}

impl Options {
    pub(crate) fn new(side: Side) -> Self {
        Options {
            side,
            registry: None,
            scheme: String::new(),
            bounds: DURATION_BOUNDS.into(),
            max_series: 1_000,
            body_sizes: false,
            reads_grpc: false,
        }
    }

    #[track_caller]
    pub(crate) fn set_bounds(&mut self, bounds: Vec<u64>) {
        for (bound, next) in bounds.iter().zip(bounds.iter().skip(1)) {
            assert!(bound < next, "histogram bounds must strictly increase: {bound} is followed by {next}");
        }
        self.bounds = bounds;
    }

    #[track_caller]
    pub(crate) fn set_max_series(&mut self, max: usize) {
        assert!((1..=1_000_000).contains(&max), "the number of series must be between 1 and 1000000");
        self.max_series = max;
    }
}
