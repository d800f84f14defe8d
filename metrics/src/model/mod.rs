//! What a metric may be called and how a histogram may be bounded: rules, without anything that counts.

pub(crate) mod bounds;
mod bucket_table;
pub(crate) mod name;

pub use bucket_table::BucketTable;
