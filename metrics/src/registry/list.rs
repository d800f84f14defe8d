//! Descriptions of registered metrics.

use super::listing::{Entry, Listing};
use super::metric_handle::MetricHandle;
use super::metrics_registry::MetricsRegistry;
use crate::collect::MetricDescription;
use crate::names::unit_of;

impl MetricsRegistry {
    /// Returns the descriptions of all registered families, in the order of their exported names. A collector and a min/max have
    /// several families.
    ///
    /// Families without series are included. So are metrics in `static`s, for the [`global`](crate::global) registry. Instrumented
    /// functions are not: they share a few families, and [snapshots](crate::FullSnapshot::functions) have all of them from the start.
    /// Refused metrics are not either: `tachometer_refused_metric_info` has the reasons.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10)).with_namespace("shop");
    /// registry.counter("carts_total", "Carts that were paid");
    /// registry.register_minmax("cart_items");
    /// let list = registry.list();
    /// let names: Vec<&str> = list.iter().map(|metric| metric.name.as_str()).collect();
    /// assert_eq!(names, ["shop_cart_items_max", "shop_cart_items_min", "shop_carts_total"]);
    /// assert_eq!(list[2].help.as_deref(), Some("Carts that were paid"));
    /// for metric in &list {
    ///     println!("{metric}");
    /// }
    /// ```
    pub fn list(&self) -> Vec<MetricDescription> {
        self.contents().table().listing().descriptions()
    }
}

impl Listing {
    pub(super) fn descriptions(&self) -> Vec<MetricDescription> {
        let mut list = Vec::new();
        for ((registered, _), Entry { metric, place }) in &*self.metrics {
            let labels: Vec<String> = self.label_names(metric).map(str::to_owned).collect();
            for (suffix, kind) in metric.shape().families() {
                let name = format!("{registered}{suffix}");
                list.push(MetricDescription {
                    kind: *kind,
                    help: self.help_of(&name, registered, metric).map(str::to_owned),
                    unit: metric.help().and_then(|_| unit_of(&name)),
                    labels: labels.clone(),
                    place,
                    name,
                });
            }
        }
        list.sort_by(|a, b| a.name.cmp(&b.name));
        list
    }

    fn label_names<'a>(&'a self, metric: &'a MetricHandle) -> impl Iterator<Item = &'a str> {
        // Label names of a metric never equal those of all series.
        let shared = self.scope.labels.iter().map(|(name, _)| name.as_str());
        metric.label_names().into_iter().chain(shared)
    }

    /// Returns the help text given for the exported name, else that for the registered name, else that of the declaration.
    fn help_of<'a>(&'a self, printed: &str, registered: &str, metric: &'a MetricHandle) -> Option<&'a str> {
        let described = |name: &str| self.help.get(self.scope.given_name(name)?).map(String::as_str);
        described(printed).or_else(|| described(registered)).or_else(|| metric.help())
    }
}
