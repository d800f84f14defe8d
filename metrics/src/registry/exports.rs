//! Counting the exports of a registry.

use crate::atomic::AtomicCounter;
use crate::snapshot::{Exports, SinkExports};
use crate::sync::unmodelled::{Arc, Mutex, lock};
use std::collections::BTreeMap;

/// What an exporter's sinks count.
#[derive(Debug, Default)]
pub(super) struct ExportCounts(Mutex<BTreeMap<String, Arc<SinkCounts>>>);

/// How many exports to one sink have ended how.
#[derive(Debug, Default)]
pub(crate) struct SinkCounts {
    pub(crate) ok: AtomicCounter,
    pub(crate) errors: AtomicCounter,
    pub(crate) panics: AtomicCounter,
}

impl ExportCounts {
    /// The counts of the sinks called `name`; they are shown from now on.
    pub(super) fn of(&self, name: &str) -> Arc<SinkCounts> {
        Arc::clone(lock(&self.0).entry(name.to_owned()).or_default())
    }

    pub(super) fn read(&self) -> Exports {
        let read = |(name, counts): (&String, &Arc<SinkCounts>)| {
            let SinkCounts { ok, errors, panics } = &**counts;
            let exports = SinkExports { ok: ok.get(), errors: errors.get(), panics: panics.get() };
            (name.clone(), exports)
        };
        lock(&self.0).iter().map(read).collect()
    }
}
