//! What the target lacks, where the library must do without.

/// Whether the standard library reads clocks. If not, `Instant::now` and `SystemTime::now` panic.
pub(crate) const HAS_CLOCK: bool = !cfg!(all(target_family = "wasm", target_os = "unknown"));

/// Whether threads can be started.
pub(crate) const HAS_THREADS: bool =
    !cfg!(all(target_family = "wasm", any(target_os = "unknown", not(target_feature = "atomics"))));
