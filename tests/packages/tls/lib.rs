//! Sinks by TLS: see `tests`.
