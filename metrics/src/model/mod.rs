//! What a metric may be called and how a histogram may be bounded: rules, without anything that counts.

pub(crate) mod bounds;
pub(crate) mod name;
