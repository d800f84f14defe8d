//! Instrumented functions: description, cells, error kinds, and the `function` label.

mod description;
mod error_kinds;
mod instrumented;
mod path;
mod reading;
mod stages;
#[cfg(test)]
mod tests;

pub use description::{DEFAULT_BUCKETS, DEFAULT_CLASSIC_BUCKETS, Description, Label, Name};
pub use error_kinds::AllKinds;
pub use instrumented::Function;
pub(crate) use instrumented::LabelledCalls;
pub(crate) use path::FunctionPath;
pub(crate) use reading::{FunctionReadings, Part};
pub(crate) use stages::Stage;
