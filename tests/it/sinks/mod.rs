//! Sinks of exporters that send to other programs, and what becomes of them when these fail.

mod emf;
mod flush;
mod statsd;

use std::sync::{Arc, Mutex};
use std::time::Duration;
use tachometer::MetricsRegistry;

/// Longer than any test: all exports are last ones, or flushes.
const LONG: Duration = Duration::from_secs(4_000);
/// Nothing here takes nearly as long; what does has hung.
const HUNG: Duration = Duration::from_secs(50);

fn registry() -> MetricsRegistry {
    MetricsRegistry::new(LONG)
}

/// The errors of exports.
type Errors = Arc<Mutex<Vec<String>>>;

/// Collects errors, and returns what to pass to `on_error`.
fn collecting() -> (Errors, impl Fn(&str, &std::io::Error) + Send + Sync + 'static) {
    let errors = Errors::default();
    let collected = Arc::clone(&errors);
    (errors, move |sink: &str, error: &std::io::Error| {
        collected.lock().unwrap().push(format!("{sink}: {error}"))
    })
}
