//! Setting the namespace and the labels of a registry.

use super::listing::Entry;
use super::metrics_registry::{MetricsRegistry, unwrap_registered};
use super::table::NameTable;
use crate::error::{Cause, Error};
use crate::names::{OWN_PREFIX, RESERVED_LABELS, is_label_name, is_metric_name};

impl MetricsRegistry {
    /// Puts `namespace` and a `_` before the names of all metrics that the program registers or declares: `jobs_total` is exported, and
    /// named in snapshots, as `shop_jobs_total`.
    ///
    /// Names given to methods of this registry, such as [`describe`](Self::describe), are without the namespace. The families of
    /// instrumented functions and of the library itself keep their names.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10)).with_namespace("shop");
    /// registry.register_counter("jobs_total").add(3);
    /// assert_eq!(registry.snapshot_all().counters["shop_jobs_total"], 3);
    /// ```
    ///
    /// For metrics in `static`s, [`install`](crate::install) such a registry as the global one.
    ///
    /// # Panics
    /// If [`try_with_namespace`](Self::try_with_namespace) returns an error.
    #[must_use]
    #[track_caller]
    pub fn with_namespace(self, namespace: impl Into<String>) -> Self {
        unwrap_registered(self.try_with_namespace(namespace))
    }

    /// Does the same as [`with_namespace`](Self::with_namespace), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If the namespace is not a valid beginning of a metric name or is the library's own, or if the registry already has a namespace
    /// or a metric. Then the registry is dropped.
    pub fn try_with_namespace(self, namespace: impl Into<String>) -> Result<Self, Error> {
        let namespace = namespace.into();
        self.contents().table_without_adopting().set_namespace(namespace)?;
        Ok(self)
    }

    /// Adds labels to all series, in all families and all formats, including those of instrumented functions and of the library
    /// itself. A series that has a label with that name keeps its own value.
    ///
    /// May be called again to add further labels.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10)).with_labels([("zone", "eu"), ("rack", "7")]);
    /// registry.register_gauge("temperature").set(21);
    /// let text = registry.snapshot_all().to_prometheus_format();
    /// assert!(text.contains("temperature{zone=\"eu\",rack=\"7\"} 21\n"));
    /// ```
    ///
    /// # Panics
    /// If [`try_with_labels`](Self::try_with_labels) returns an error.
    #[must_use]
    #[track_caller]
    pub fn with_labels<N: Into<String>, V: Into<String>>(
        self,
        labels: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        unwrap_registered(self.try_with_labels(labels))
    }

    /// Does the same as [`with_labels`](Self::with_labels), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If a name is not a valid Prometheus label name, if it is reserved (`function`, `module`, `outcome`, `error_kind`, `le`,
    /// `quantile`, and all that begin with `__`), if it is given twice, or if a registered metric has a label with that name. Then the
    /// registry is dropped.
    pub fn try_with_labels<N: Into<String>, V: Into<String>>(
        self,
        labels: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, Error> {
        // Before the lock is taken: the conversion may be code of the program.
        let labels: Vec<_> = labels.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        for (name, value) in labels {
            self.contents().table_without_adopting().add_label(name, value)?;
        }
        Ok(self)
    }
}

impl NameTable {
    fn set_namespace(&mut self, namespace: String) -> Result<(), Error> {
        let refused = |reason: &str| {
            Err(Cause::Namespace { namespace: namespace.clone(), reason: reason.to_owned() }.into())
        };
        if !is_metric_name(&namespace) {
            return refused(
                "it must consist of ASCII letters, digits, `_` and `:`, and must not begin with a digit",
            );
        }
        if format!("{namespace}_").starts_with(OWN_PREFIX) {
            return refused("this prefix is reserved for tachometer's own metrics");
        }
        if let Some(standing) = &self.scope().namespace {
            return refused(&format!("the registry already has the namespace {standing:?}"));
        }
        if let Some(((name, _), Entry { place, .. })) = self.metrics().first_key_value() {
            return refused(&format!(
                "{name:?} is already registered without it ({place}); set the namespace before the first metric"
            ));
        }
        self.scope_mut().namespace = Some(namespace);
        Ok(())
    }

    fn add_label(&mut self, name: String, value: String) -> Result<(), Error> {
        let refused =
            |reason: &str| Err(Cause::CommonLabel { label: name.clone(), reason: reason.to_owned() }.into());
        if !is_label_name(&name) {
            return refused(
                "it must consist of ASCII letters, digits and `_`, and must not begin with a digit or `__`",
            );
        }
        if RESERVED_LABELS.contains(&&*name) {
            return refused(&format!("the reserved labels are {}", RESERVED_LABELS.join(", ")));
        }
        if let Some(standing) = self.scope().label(&name) {
            return refused(&format!("the registry already has this label, with the value {standing:?}"));
        }
        for ((metric, _), Entry { metric: registered, place }) in self.metrics() {
            if registered.label_names().contains(&&*name) {
                let what = registered.describe();
                return refused(&format!("{what} {metric:?} ({place}) already has a label of that name"));
            }
        }
        self.scope_mut().labels.push((name, value));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::{Collection, Registered, Shape};
    use crate::metric::{Declaration, Declared};
    use crate::self_metrics::Findings;
    use crate::snapshot::{FullSnapshot, MetricKind};
    use crate::sync::leak;
    use std::time::SystemTime;

    /// A metric whose series have a label `zone`.
    #[derive(Debug)]
    struct Zoned(Declaration);

    impl Registered for Zoned {
        fn describe(&self) -> String {
            "a declared counter".to_owned()
        }

        fn shape(&self) -> Shape {
            Shape::Plain(MetricKind::Counter)
        }

        fn label_names(&self) -> Vec<&str> {
            vec!["zone"]
        }

        fn collect(&self, _: &str, _: &mut Collection<'_>) {
            unreachable!("it is refused");
        }
    }

    impl Declared for Zoned {
        fn declaration(&self) -> &Declaration {
            &self.0
        }
    }

    fn zoned() -> (&'static Zoned, String) {
        let declaration = Declaration::new("zoned_total", "By zone");
        let place = declaration.place.to_string();
        (leak(Zoned(declaration)), place)
    }

    #[test]
    fn a_declared_label_of_the_registrys_name_is_refused_by_its_place() {
        let mut table = NameTable::default();
        table.add_label("zone".to_owned(), "eu".to_owned()).expect("there is none yet");
        let (metric, place) = zoned();
        table.adopt(metric);
        let (mut snapshot, mut findings) = (FullSnapshot::empty(SystemTime::now()), Findings::default());
        let listing = table.listing();
        listing.collect(&mut Collection::new(&mut snapshot, &mut findings, || false));
        listing.add_registry_facts(&mut snapshot, &mut findings);
        assert!(snapshot.declared.is_empty());
        assert_eq!(
            Vec::from_iter(findings.refused),
            [format!(
                "cannot register a declared counter \"zoned_total\" ({place}): its label \"zone\" is already set for \
                 all series of the registry"
            )]
        );
    }

    #[test]
    fn a_label_that_a_metric_has_declared_is_refused_by_its_place() {
        let mut table = NameTable::default();
        let (metric, place) = zoned();
        table.adopt(metric);
        assert_eq!(table.listing().descriptions()[0].labels, ["zone"]);
        let error = table.add_label("zone".to_owned(), "eu".to_owned()).expect_err("it clashes").to_string();
        assert_eq!(
            error,
            format!(
                "invalid label \"zone\" for all series: a declared counter \"zoned_total\" ({place}) already has a label of that \
                 name"
            )
        );
        table.add_label("rack".to_owned(), "7".to_owned()).expect("it is another");
        assert_eq!(table.listing().descriptions()[0].labels, ["zone", "rack"]);
    }
}
