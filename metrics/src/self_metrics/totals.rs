//! The self-metrics of a registry.

use super::exports::{Exports, SinkCounts};
use super::findings::Findings;
#[cfg(feature = "http")]
use super::scrapes::Scrapes;
use crate::snapshot::SelfMetricFamily;
use crate::sync::unmodelled::Arc;
#[cfg(feature = "http")]
use crate::sync::unmodelled::OnceLock;

/// The counts of a registry's exports and scrapes.
#[derive(Debug, Default)]
pub(crate) struct SelfMetrics {
    exports: Exports,
    /// Created when an endpoint begins to serve the registry.
    #[cfg(feature = "http")]
    scrapes: OnceLock<Scrapes>,
}

impl SelfMetrics {
    /// Returns the counts of an exporter's sinks called `name`.
    pub(crate) fn sink(&self, name: &str) -> Arc<SinkCounts> {
        self.exports.of_sink(name)
    }

    /// Counts an export thread, whose callback's panics are shown from now on.
    pub(crate) fn count_export_thread(&self) {
        self.exports.count_thread();
    }

    /// Counts a panic of an export thread's callback.
    pub(crate) fn count_export_panic(&self) {
        self.exports.count_panic();
    }

    /// Returns the counts of scrapes, which are shown from now on, at zero until the first scrape.
    #[cfg(feature = "http")]
    pub(crate) fn scrapes(&self) -> &Scrapes {
        self.scrapes.get_or_init(Scrapes::new)
    }

    /// Returns all families, in the order they are printed in.
    pub(crate) fn read(&self, findings: &Findings) -> Vec<SelfMetricFamily> {
        let mut families = Vec::new();
        families.extend(findings.clock_family());
        families.extend(self.exports.panics_family());
        families.extend(findings.overflow_families());
        families.push(findings.refused_family());
        #[cfg(feature = "http")]
        families.extend(self.scrapes.get().into_iter().flat_map(Scrapes::families));
        families.push(self.exports.sinks_family());
        families.push(findings.callbacks_family());
        families.retain(|family| !family.family.series.is_empty());
        families
    }
}
