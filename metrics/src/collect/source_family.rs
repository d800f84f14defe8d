//! A family of a source, as a metric of a registry.

use super::collector::FamilyDescription;
use super::registered::{Collection, Registered};
use super::shape::Shape;
use super::source::Source;
use crate::sync::unmodelled::Arc;

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

    /// Returns the source for its first family only, so that it is called once.
    fn source(&self) -> Option<Arc<Source>> {
        (self.index == 0).then(|| Arc::clone(&self.source))
    }
}
