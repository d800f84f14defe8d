//! Collection: the trait of all registered metrics, and sources, which are callbacks and collectors of the program.

mod collector;
mod description;
mod printed;
mod registered;
mod rounds;
mod source;

pub(crate) use collector::label_mistake;
pub use collector::{Collect, Collected, FamilyDescription};
pub use description::MetricDescription;
pub(crate) use printed::Shape;
pub(crate) use printed::{Formats, Printed};
pub(crate) use registered::{Collection, Registered};
pub(crate) use rounds::Rounds;
pub(crate) use source::Source;
pub(crate) use source::{Answer, SourceFamily};
