//! Sources: code of the program's that is asked for its families each time a snapshot is taken.

use super::collector::{Collect, Collected, FamilyDescription};
use super::printed::Shape;
use super::registered::{Collection, Registered};
use crate::snapshot::{FamilySnapshot, MetricKind, SampleValue};
use crate::sync::unmodelled::Arc;
use std::fmt;

/// A callback or a collector.
pub struct Source {
    /// Never empty.
    families: Vec<FamilyDescription>,
    ask: Box<dyn Fn(&mut Collected<'_>) + Send + Sync>,
    /// For errors: whose families they are.
    origin: &'static str,
}

/// Of what a program registers itself.
const ON_DEMAND: &str = "on demand";

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("families", &self.families).finish_non_exhaustive()
    }
}

impl Source {
    /// A callback that returns the value of one family.
    pub(crate) fn callback(
        family: FamilyDescription,
        callback: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Self {
        let FamilyDescription { name, kind, .. } = family.clone();
        let ask = move |into: &mut Collected<'_>| {
            let value = callback();
            let value = if kind == MetricKind::Counter {
                SampleValue::Sum(value)
            } else {
                SampleValue::Quantity(value)
            };
            into.add(&name, &[], value);
        };
        Source { families: vec![family], ask: Box::new(ask), origin: ON_DEMAND }
    }

    /// A collector of the program's. One that describes no families is never asked.
    pub(crate) fn collector(collector: impl Collect) -> Self {
        let families = collector.families();
        let ask = move |into: &mut Collected<'_>| collector.collect(into);
        Source { families, ask: Box::new(ask), origin: ON_DEMAND }
    }

    /// A collector of the library's, which errors call by `origin`.
    #[cfg(feature = "process")]
    pub(crate) fn of_library(collector: impl Collect, origin: &'static str) -> Self {
        Source { origin, ..Source::collector(collector) }
    }

    /// Returns the name of its first family, which no other source of its registry has.
    pub(crate) fn name(&self) -> &str {
        &self.families[0].name
    }

    /// Runs the code of the program's.
    pub(super) fn ask(&self) -> Answer {
        let mut collected = Collected::new(&self.families);
        (self.ask)(&mut collected);
        let (families, refusals) = collected.finish();
        Answer { families, refusals }
    }
}

/// What sources returned.
#[derive(Debug, Default, Clone)]
pub(crate) struct Answer {
    pub(crate) families: Vec<(String, FamilySnapshot)>,
    /// Why further families cannot be shown.
    pub(crate) refusals: Vec<String>,
}

/// One family of a source, as a metric of its registry.
#[derive(Debug)]
pub(crate) struct SourceFamily {
    source: Arc<Source>,
    index: usize,
}

impl SourceFamily {
    /// Returns all families of `source`, by name.
    pub(crate) fn all(source: &Arc<Source>) -> impl Iterator<Item = (String, Arc<Self>)> {
        source.families.iter().enumerate().map(|(index, family)| {
            (family.name.clone(), Arc::new(SourceFamily { source: Arc::clone(source), index }))
        })
    }

    fn description(&self) -> &FamilyDescription {
        &self.source.families[self.index]
    }
}

impl Registered for SourceFamily {
    fn describe(&self) -> String {
        format!("a {} {}", self.description().kind, self.source.origin)
    }

    fn shape(&self) -> Shape {
        Shape::Plain(self.description().kind)
    }

    fn help(&self) -> Option<&str> {
        Some(&self.description().help)
    }

    fn collect(&self, name: &str, into: &mut Collection<'_>) {
        into.describe_answered(name, &self.description().help);
    }

    /// The source is asked once, for its first family.
    fn source(&self) -> Option<Arc<Source>> {
        (self.index == 0).then(|| Arc::clone(&self.source))
    }
}
