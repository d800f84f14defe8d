//! A registry's share of a metric.

use crate::collect::Registered;
use crate::sync::unmodelled::Arc;
use std::any::Any;
use std::ops::Deref;
use std::ptr;

#[derive(Debug, Clone)]
pub(super) enum Held {
    /// Its user has another share.
    Shared(Arc<dyn Registered>),
    /// In a `static`, or made at run time and never freed.
    Static(&'static dyn Registered),
}

impl Held {
    /// Returns the shared metric, if it is an `M`.
    pub(super) fn shared<M: Registered>(&self) -> Option<Arc<M>> {
        match self {
            Held::Shared(metric) => {
                let any: Arc<dyn Any + Send + Sync> = Arc::clone(metric) as Arc<dyn Any + Send + Sync>;
                any.downcast().ok()
            }
            Held::Static(_) => None,
        }
    }

    /// Returns the metric that is never freed, if there is one.
    pub(super) fn fixed(&self) -> Option<&'static dyn Registered> {
        match self {
            Held::Shared(_) => None,
            Held::Static(metric) => Some(*metric),
        }
    }

    /// Whether this is the metric at that address.
    pub(super) fn is(&self, metric: &'static dyn Registered) -> bool {
        self.fixed().is_some_and(|held| ptr::addr_eq(held, metric))
    }
}

impl Deref for Held {
    type Target = dyn Registered;

    fn deref(&self) -> &dyn Registered {
        match self {
            Held::Shared(metric) => &**metric,
            Held::Static(metric) => *metric,
        }
    }
}
