//! How the library works, for those who want to be sure: no code, only text.

#![allow(clippy::doc_markdown, reason = "headings and counts name files and orderings as they are")]

#[doc = include_str!("recording.md")]
pub mod recording {}

#[doc = include_str!("on_demand.md")]
pub mod on_demand {}

#[doc = include_str!("memory_ordering.md")]
pub mod memory_ordering {}
