//! Deprecated names of registration methods, until the next breaking release.

use super::metrics_registry::{MetricsRegistry, unwrap_registered};
use crate::collect::Collect;
use crate::error::Error;
use crate::family::AnyFamily;

#[doc(hidden)]
impl MetricsRegistry {
    #[deprecated = "renamed to `callback_gauge`"]
    #[track_caller]
    pub fn gauge_from(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        callback: impl Fn() -> f64 + Send + Sync + 'static,
    ) {
        unwrap_registered(self.try_callback_gauge(name, help, callback));
    }

    #[deprecated = "renamed to `try_callback_gauge`"]
    #[track_caller]
    pub fn try_gauge_from(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        callback: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Result<(), Error> {
        self.try_callback_gauge(name, help, callback)
    }

    #[deprecated = "renamed to `callback_counter`"]
    #[track_caller]
    pub fn counter_from(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        callback: impl Fn() -> f64 + Send + Sync + 'static,
    ) {
        unwrap_registered(self.try_callback_counter(name, help, callback));
    }

    #[deprecated = "renamed to `try_callback_counter`"]
    #[track_caller]
    pub fn try_counter_from(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        callback: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Result<(), Error> {
        self.try_callback_counter(name, help, callback)
    }

    #[deprecated = "renamed to `collect_from`"]
    #[track_caller]
    pub fn families_from(&self, collector: impl Collect) {
        unwrap_registered(self.try_collect_from(collector));
    }

    #[deprecated = "renamed to `try_collect_from`"]
    #[track_caller]
    pub fn try_families_from(&self, collector: impl Collect) -> Result<(), Error> {
        self.try_collect_from(collector)
    }

    #[deprecated = "renamed to `info`"]
    #[track_caller]
    pub fn register_info(&self, name: impl Into<String>, help: impl Into<String>, labels: &[(&str, &str)]) {
        unwrap_registered(self.try_info(name, help, labels));
    }

    #[deprecated = "renamed to `try_info`"]
    #[track_caller]
    pub fn try_register_info(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        labels: &[(&str, &str)],
    ) -> Result<(), Error> {
        self.try_info(name, help, labels)
    }

    #[deprecated = "renamed to `family`"]
    #[track_caller]
    pub fn register_family<F: AnyFamily>(&self, family: F) -> F {
        unwrap_registered(self.try_family(family))
    }

    #[deprecated = "renamed to `try_family`"]
    pub fn try_register_family<F: AnyFamily>(&self, family: F) -> Result<F, Error> {
        self.try_family(family)
    }
}
