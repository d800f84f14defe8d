//! The settings of a family that may differ between handles of it.

use std::time::Duration;

/// The cardinality limit and the idle time of a family, and how its series show labels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) max_series: usize,
    pub(super) idle_after: Option<Duration>,
    /// Whether labels without a value are left out of a series.
    pub(super) omits_empty_labels: bool,
}

/// The largest cardinality limit: each thread may cache all series.
const MAX_SERIES_LIMIT: usize = 1_000_000;

impl Limits {
    pub(super) const DEFAULT: Self =
        Limits { max_series: 1_000, idle_after: None, omits_empty_labels: false };

    pub(super) const fn with_max_series(self, max_series: usize) -> Self {
        assert!(
            max_series > 0 && max_series <= MAX_SERIES_LIMIT,
            "the maximum number of series must be between 1 and 1000000"
        );
        Limits { max_series, ..self }
    }

    pub(super) const fn without_empty_labels(self) -> Self {
        Limits { omits_empty_labels: true, ..self }
    }

    pub(super) const fn with_idle_time(self, idle: Duration) -> Self {
        assert!(!idle.is_zero(), "the time after which series expire must be longer than zero");
        Limits { idle_after: Some(idle), ..self }
    }
}
