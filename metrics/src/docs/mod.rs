//! Long-form documentation: the [user's guide](guide) and how the library works. This module contains text only.

#![allow(clippy::doc_markdown, reason = "headings and counts name files and orderings as they are")]

#[doc = include_str!("guide/index.md")]
pub mod guide {
    #[doc = include_str!("guide/annotating.md")]
    pub mod annotating {}

    #[doc = include_str!("guide/outcomes.md")]
    pub mod outcomes {}

    #[doc = include_str!("guide/streams.md")]
    pub mod streams {}

    #[doc = include_str!("guide/metrics.md")]
    pub mod metrics {}

    #[doc = include_str!("guide/labels.md")]
    pub mod labels {}

    #[doc = include_str!("guide/exporting.md")]
    pub mod exporting {}

    #[doc = include_str!("guide/objectives.md")]
    pub mod objectives {}
    #[doc = include_str!("guide/already.md")]
    pub mod already {}

    #[doc = include_str!("guide/testing.md")]
    pub mod testing {}

    #[doc = include_str!("guide/libraries.md")]
    pub mod libraries {}

    #[doc = include_str!("guide/limits.md")]
    pub mod limits {}
}

#[doc = include_str!("recording.md")]
pub mod recording {}

#[doc = include_str!("on_demand.md")]
pub mod on_demand {}

#[doc = include_str!("memory_ordering.md")]
pub mod memory_ordering {}
