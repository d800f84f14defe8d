//! Attachment: the metrics that the global registry reads.

use super::declaration::Declaration;
use super::declared::Declared;
use crate::clock;
use crate::sync::List;
use crate::sync::unmodelled::OnceLock;
use std::time::SystemTime;

/// The metrics in `static`s that the global registry reads. The list exists before that registry does.
#[cfg(not(loom))]
static ATTACHED: List<&'static dyn Declared> = List::new();
#[cfg(loom)]
loom::lazy_static! { static ref ATTACHED: List<&'static dyn Declared> = List::new(); }

/// When the first metric was attached. None was updated earlier.
static SINCE: OnceLock<SystemTime> = OnceLock::new();

/// Returns the time since which the metrics of the global registry may have been updated.
pub(crate) fn since() -> Option<SystemTime> {
    SINCE.get().copied()
}

/// Returns the metrics that are attached to the global registry, the latest first.
pub(crate) fn attached() -> impl Iterator<Item = &'static dyn Declared> {
    ATTACHED.iter().copied()
}

impl Declaration {
    /// Does the same as [`attach`](Self::attach), with an inlined fast path for a metric that is attached already.
    #[inline]
    pub(crate) fn attach_once(&self, metric: &'static dyn Declared) {
        if self.attached.get().is_none() {
            self.attach(metric);
        }
    }

    /// Attaches `metric`, whose declaration this is, to the global registry, if no registry reads it yet.
    #[cold]
    pub(crate) fn attach(&self, metric: &'static dyn Declared) {
        self.attached.get_or_init(|| {
            SINCE.get_or_init(clock::time_of_day);
            ATTACHED.push(metric);
        });
    }
}
