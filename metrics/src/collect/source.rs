//! Sources: callbacks and collectors, code of the program that is called for each snapshot.

use super::collector::{Collect, Collected, FamilyDescription};
use crate::snapshot::{FamilySnapshot, MetricKind, SampleValue};
use std::fmt;

/// A callback or a collector.
pub struct Source {
    /// Never empty.
    pub(super) families: Vec<FamilyDescription>,
    collect: Box<dyn Fn(&mut Collected<'_>) + Send + Sync>,
    /// The origin of its families, for errors.
    pub(super) origin: &'static str,
}

const CALLBACK: &str = "from a callback";
const COLLECTOR: &str = "from a collector";

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("families", &self.families).finish_non_exhaustive()
    }
}

impl Source {
    /// Creates a source from a callback that returns the value of one family.
    pub(crate) fn callback(
        family: FamilyDescription,
        callback: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Self {
        let FamilyDescription { name, kind, .. } = family.clone();
        let collect = move |into: &mut Collected<'_>| {
            let value = callback();
            let value = if kind == MetricKind::Counter {
                SampleValue::Sum(value)
            } else {
                SampleValue::Quantity(value)
            };
            into.add(&name, &[], value);
        };
        Source { families: vec![family], collect: Box::new(collect), origin: CALLBACK }
    }

    /// Creates a source from a collector. A collector that describes no families is never called.
    pub(crate) fn collector(collector: impl Collect) -> Self {
        let families = collector.families();
        let collect = move |into: &mut Collected<'_>| collector.collect(into);
        Source { families, collect: Box::new(collect), origin: COLLECTOR }
    }

    /// Creates a source from a collector of the library, which errors describe by `origin`.
    #[cfg(feature = "process")]
    pub(crate) fn of_library(collector: impl Collect, origin: &'static str) -> Self {
        Source { origin, ..Source::collector(collector) }
    }

    /// Returns the name of its first family, which no other source of its registry has.
    pub(crate) fn name(&self) -> &str {
        &self.families[0].name
    }

    /// Calls the code of the program.
    pub(super) fn call(&self) -> Answer {
        let mut collected = Collected::new(&self.families);
        (self.collect)(&mut collected);
        let (families, refusals) = collected.finish();
        Answer { families, refusals }
    }
}

/// The answer of sources.
#[derive(Debug, Default, Clone)]
pub(crate) struct Answer {
    pub(crate) families: Vec<(String, FamilySnapshot)>,
    /// The reasons why further families are refused.
    pub(crate) refusals: Vec<String>,
}
