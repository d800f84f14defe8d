//! Handles of series, which the macros update.

use crate::families::{Families, Named};
use crate::refusals::Reason;
use crate::shape::Precision;
use metrics::{CounterFn, GaugeFn, HistogramFn};
use std::sync::{Arc, PoisonError};
use tachometer::family::{Held, Series};
use tachometer::{Counter, FloatGauge, Histogram};

/// A series of a counter.
pub(crate) struct CounterHandle {
    pub(crate) series: Series<Counter, Held>,
    pub(crate) named: Arc<Named>,
}

impl CounterFn for CounterHandle {
    #[inline]
    fn increment(&self, value: u64) {
        self.series.add(value);
    }

    fn absolute(&self, value: u64) {
        // One at a time: otherwise two could both add what is missing.
        let _guard = self.named.absolute.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = value.saturating_sub(self.series.get());
        if missing > 0 {
            self.series.add(missing);
        }
    }
}

/// A series of a gauge.
pub(crate) struct GaugeHandle {
    pub(crate) series: Series<FloatGauge, Held>,
}

impl GaugeFn for GaugeHandle {
    #[inline]
    fn increment(&self, value: f64) {
        self.series.add(value);
    }

    #[inline]
    fn decrement(&self, value: f64) {
        self.series.sub(value);
    }

    #[inline]
    fn set(&self, value: f64) {
        self.series.set(value);
    }
}

/// A series of a histogram.
pub(crate) struct HistogramHandle {
    pub(crate) series: Series<Histogram, Held>,
    pub(crate) precision: Precision,
    pub(crate) named: Arc<Named>,
    pub(crate) families: Arc<Families>,
}

impl HistogramHandle {
    #[cold]
    fn refuse(&self) {
        self.families.refuse(&self.named.name, Reason::Value).count();
    }
}

impl HistogramFn for HistogramHandle {
    #[inline]
    fn record(&self, value: f64) {
        match self.precision.kept(value) {
            Some(kept) => self.series.observe(kept),
            None => self.refuse(),
        }
    }
}
