//! Places in the source of a program.

use std::borrow::Cow;

/// The place of an annotation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Place {
    /// As the compiler was told of it. Borrowed, unless the snapshot was read from JSON: a snapshot allocates nothing for it.
    pub(crate) file: Cow<'static, str>,
    pub(crate) line: u32,
}
