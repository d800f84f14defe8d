//! Families: metrics with labels.
//!
//! A [`Family`] is a declaration that creates its state, the `core`, at the first use. The core has the cells of all series. If
//! the label values are not known at compile time, it also has the `table` that finds a series by the text of its labels. A
//! [`Series`] is one of them, found by its labels or held.
//!
//! The traits [`Metric`], [`Find`] and `AnyFamily` are sealed.

mod checks;
mod core;
mod dynamic;
mod lazy_core;
mod limits;
mod listing;
mod lock;
mod metric;
mod mixed;
mod mixed_series;
mod series;
mod table;
#[cfg(test)]
mod tests;
mod typed;

pub use crate::labels::LabelVisitor;
pub use dynamic::DynamicFamily;
#[doc(hidden)]
pub use metric::AnyFamily;
pub use metric::{Metric, WithoutBounds};
pub use mixed::MixedFamily;
pub use series::{Find, Held, Looked, Series, SeriesGuard, Texts};
pub use typed::Family;
