//! Collection: the trait of all registered metrics, and sources, which are callbacks and collectors of the program.

mod collector;
mod description;
mod registered;
mod rounds;
mod shape;
mod source;
mod source_family;

pub(crate) use collector::label_mistake;
pub use collector::{Collect, Collected, FamilyDescription};
pub use description::MetricDescription;
pub(crate) use registered::{Collection, Registered};
pub(crate) use rounds::Rounds;
pub(crate) use shape::{Formats, Shape, Suffixes};
pub(crate) use source::{Answer, Source};
pub(crate) use source_family::SourceFamily;
