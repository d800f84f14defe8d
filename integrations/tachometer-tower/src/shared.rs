//! The metrics that all services of a layer share.

use crate::metrics::Metrics;
use crate::options::Options;
use std::sync::{Arc, OnceLock};
use tachometer::Error;

/// The options of a layer, and its metrics after the first use.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    options: Options,
    metrics: Arc<OnceLock<&'static Metrics>>,
}

impl Shared {
    pub(crate) fn new(options: Options) -> Self {
        Shared { options, metrics: Arc::default() }
    }

    /// Changes the options, which makes it another layer.
    #[track_caller]
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        Shared::new(self.options)
    }

    pub(crate) fn try_register(&self) -> Result<&'static Metrics, Error> {
        if let Some(metrics) = self.metrics.get() {
            return Ok(metrics);
        }
        let metrics = Metrics::register(&self.options)?;
        Ok(self.metrics.get_or_init(|| metrics))
    }

    #[track_caller]
    pub(crate) fn register(&self) -> &'static Metrics {
        self.try_register()
            .unwrap_or_else(|error| panic!("the metrics of HTTP cannot be registered: {error}"))
    }
}
