//! What a registry reads: the trait of everything it holds, and code of the program's that is asked on demand.

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
