//! What a metric may be called, what labels may be and how a histogram may be bounded: rules, without anything that counts.

pub(crate) mod bounds;
mod bucket_table;
pub(crate) mod label_lookup;
pub(crate) mod label_set;
pub(crate) mod label_text;
mod label_value;
pub(crate) mod name;

pub use bucket_table::BucketTable;
pub use label_set::{LabelSet, LabelVisitor};
pub use label_value::LabelValue;
