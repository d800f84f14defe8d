//! Type-erased handles of registered metrics.

use crate::collect::Registered;
use crate::sync::unmodelled::Arc;
use std::any::Any;
use std::ops::Deref;
use std::ptr;

/// A registry's handle of a metric.
#[derive(Debug, Clone)]
pub(super) enum MetricHandle {
    /// A metric that the program has handles of too.
    Shared(Arc<dyn Registered>),
    /// A metric in a `static`, or one that was created at run time and is never freed.
    Static(&'static dyn Registered),
}

impl MetricHandle {
    /// Returns the shared metric, if its type is `M`.
    pub(super) fn shared<M: Registered>(&self) -> Option<Arc<M>> {
        match self {
            MetricHandle::Shared(metric) => {
                let any: Arc<dyn Any + Send + Sync> = Arc::clone(metric) as Arc<dyn Any + Send + Sync>;
                any.downcast().ok()
            }
            MetricHandle::Static(_) => None,
        }
    }

    /// Returns the metric, if it is never freed.
    pub(super) fn never_freed(&self) -> Option<&'static dyn Registered> {
        match self {
            MetricHandle::Shared(_) => None,
            MetricHandle::Static(metric) => Some(*metric),
        }
    }

    /// Returns whether this is the metric at that address.
    pub(super) fn is(&self, metric: &'static dyn Registered) -> bool {
        self.never_freed().is_some_and(|handle| ptr::addr_eq(handle, metric))
    }
}

impl Deref for MetricHandle {
    type Target = dyn Registered;

    fn deref(&self) -> &dyn Registered {
        match self {
            MetricHandle::Shared(metric) => &**metric,
            MetricHandle::Static(metric) => *metric,
        }
    }
}
