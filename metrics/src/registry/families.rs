//! Registration of families.

use super::metric_handle::MetricHandle;
use super::metrics_registry::{MetricsRegistry, unwrap_registered};
use crate::error::Error;
use crate::family::AnyFamily;

impl MetricsRegistry {
    /// Registers a [`Family`](crate::Family) or a [`DynamicFamily`](crate::DynamicFamily) that was created at run time, and returns it.
    /// A family with the same name, kind, labels and options as a registered one returns the registered one.
    ///
    /// A family in a `static` needs this only to belong to a registry other than the global one. It must not have been used before.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::{Family, Gauge, LabelSet, MetricsRegistry};
    ///
    /// #[derive(LabelSet)]
    /// struct Shelf<'a> {
    ///     name: &'a str,
    /// }
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let books: Family<Shelf<'static>, Gauge> = registry.family(Family::new("books", "Books on shelves"));
    /// books.with(&Shelf { name: "travel" }).set(12);
    /// assert!(registry.snapshot_all().to_prometheus_format().contains("books{name=\"travel\"} 12\n"));
    /// ```
    ///
    /// # Panics
    /// If [`try_family`](Self::try_family) returns an error.
    #[track_caller]
    pub fn family<F: AnyFamily>(&self, family: F) -> F {
        unwrap_registered(self.try_family(family))
    }

    /// Does the same as [`family`](Self::family), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If another metric has the name, or exports a name that this family would export, in any format; or if one of its labels is
    /// [set for all series](Self::with_labels) of the registry. The message has the source locations of both.
    pub fn try_family<F: AnyFamily>(&self, family: F) -> Result<F, Error> {
        let same = |existing: &MetricHandle| family.handle_of_existing(existing.never_freed()?).map(Some);
        // Looked up before creating the family, which is never freed.
        let existing = self.contents().table().listing().plain(family.name()).and_then(same).flatten();
        if let Some(existing) = existing {
            return Ok(existing);
        }
        let declared = family.core_to_register();
        let handle = MetricHandle::Static(declared);
        let declaration = declared.declaration();
        let registration = handle.registration(declaration.name, declaration.place);
        let existing = self.contents().table().register(registration, same, || (handle.clone(), None))?;
        Ok(existing.unwrap_or(family))
    }
}
