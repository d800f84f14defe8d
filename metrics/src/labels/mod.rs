//! Labels: their values, sets of them, and how a set finds its series.

pub(crate) mod lookup;
pub(crate) mod set;
pub(crate) mod text;
mod value;

pub use set::{LabelSet, LabelVisitor};
pub use value::LabelValue;
