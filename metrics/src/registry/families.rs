//! Registering families of metrics.

use super::held::Held;
use super::metrics_registry::{MetricsRegistry, unwrap_registered};
use crate::error::Error;
use crate::family::AnyFamily;

impl MetricsRegistry {
    /// Has this registry read a [`Family`](crate::Family) or a [`DynamicFamily`](crate::DynamicFamily) that was made at run time.
    /// Returns it, or, where a family of the same name, kind, labels and options is registered already, that one.
    ///
    /// What is in a `static` needs this only to be in another registry than the global one; it must not have been used before.
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
    /// If something else has the name, or prints a name that this would print, in whichever format; where a label of it is one
    /// that all series of the registry [have](Self::with_labels). The message says where in the source both stand.
    pub fn try_family<F: AnyFamily>(&self, family: F) -> Result<F, Error> {
        let same = |standing: &Held| family.from_existing(standing.fixed()?).map(Some);
        // First, for what is made is never freed.
        let standing = self.contents().table().listing().plain(family.name()).and_then(same).flatten();
        if let Some(standing) = standing {
            return Ok(standing);
        }
        let declared = family.core_to_register();
        let held = Held::Static(declared);
        let declaration = declared.declaration();
        let registration = held.registration(declaration.name, declaration.place);
        let standing = self.contents().table().register(registration, same, || (held.clone(), None))?;
        Ok(standing.unwrap_or(family))
    }
}
