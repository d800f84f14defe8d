//! Functions that are described at run time: what another instrumentation counts as calls, such as spans or requests.

mod builder;
mod function;
mod labelled;

pub use builder::FunctionBuilder;
pub use function::{CallStart, DynamicFunction};
pub use labelled::LabelledFunction;
