//! The label engine: label values, sets of labels, and what finding a series by its labels needs.
//!
//! Families and instrumented functions share it: the text that identifies a series ([`LabelText`]), the seeded hash of labels
//! ([`Seeds`]), the comparison of labels with a text or with its packed form, and the value of overflow series. Each keeps a table of
//! its own, for one must let series go and the other must be safe in an allocator.
//!
//! Snapshots and encoders share [`SeriesLabels`], the text of a series' labels as it is printed.

mod escape;
mod hash;
mod packed;
mod series_labels;
mod set;
mod text;
mod value;
mod words;

pub(crate) use escape::{push_escaped, push_label};
pub(crate) use hash::{Prehashed, Seeds};
pub(crate) use packed::SeriesText;
pub use series_labels::{Pairs, SeriesLabels};
pub use set::{LabelSet, LabelVisitor};
pub(crate) use set::{Labels, count, values_of};
pub use text::LabelText;
pub(crate) use text::{OVERFLOW_VALUE, are_same_text, overflow_text, values_from_last};
pub use value::LabelValue;
