//! Families: metrics with labels.
//!
//! A [`Family`] is a name, and what it takes to make the rest at the first use: its `core`, the cells of all series and, where
//! the sets of labels are not known while compiling, the `table` that finds a series by the text of its labels. A
//! [`Series`] is one of them, by its labels or held.

mod checks;
mod core;
mod dynamic;
mod lock;
mod metric;
mod plan;
mod series;
mod table;
#[cfg(test)]
mod tests;
mod typed;

pub use crate::labels::LabelVisitor;
pub use dynamic::DynamicFamily;
#[doc(hidden)]
pub use metric::AnyFamily;
pub use metric::Metric;
pub use series::{Find, Held, Looked, Series, SeriesGuard, Texts};
pub use typed::Family;
