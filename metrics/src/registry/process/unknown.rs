//! The current process on systems that provide nothing about it.

/// The families that this system provides.
pub(super) const FAMILIES: &[&str] = &[];

/// The current process.
pub(super) struct System;

impl System {
    pub(super) fn new() -> Self {
        System
    }

    /// Reads the present values.
    #[expect(clippy::unused_self, reason = "other systems keep what they read once")]
    pub(super) fn read(&self) -> Vec<(&'static str, Option<f64>)> {
        Vec::new()
    }
}
