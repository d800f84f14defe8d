//! Registration of runtimes.

use crate::runtimes::{self, Runtimes};
use std::sync::{Arc, Mutex, PoisonError};
use tachometer::{Error, MetricsRegistry};
use tokio::runtime::Handle;

/// Registers the metrics of a runtime with the global registry, under the name of [`runtime`].
///
/// # Panics
/// If the registry has another metric with the name of one of the [families](crate#families).
#[track_caller]
pub fn register(handle: &Handle) {
    if let Err(error) = runtime(handle).register() {
        panic!("the metrics of a runtime cannot be registered: {error}");
    }
}

/// Describes the metrics of a runtime before their registration.
///
/// ```
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), tachometer::Error> {
///     tachometer_tokio::runtime(&tokio::runtime::Handle::current()).name("requests").register()?;
///
///     let text = tachometer::snapshot().to_prometheus_format();
///     assert!(text.contains("\ntokio_workers{runtime=\"requests\"} 1\n"));
///     Ok(())
/// }
/// ```
pub fn runtime(handle: &Handle) -> RuntimeRegistration<'_> {
    RuntimeRegistration { handle, name: None, registry: None }
}

/// The metrics of a runtime before their registration. See [`runtime`].
#[derive(Debug)]
#[must_use = "the metrics are registered by `register`"]
pub struct RuntimeRegistration<'h> {
    handle: &'h Handle,
    name: Option<String>,
    registry: Option<&'static MetricsRegistry>,
}

impl RuntimeRegistration<'_> {
    /// Sets the label `runtime`; by default, it is `default`. If another runtime of the registry has the name, a number is appended.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Registers with this registry instead of the global one.
    pub fn registry(mut self, registry: &'static MetricsRegistry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// Registers the metrics. A runtime that is registered already keeps its name.
    ///
    /// # Errors
    /// If the registry has another metric with the name of one of the [families](crate#families).
    pub fn register(self) -> Result<(), Error> {
        let registry = self.registry.unwrap_or_else(tachometer::global);
        let name = self.name.as_deref().unwrap_or("default");
        runtimes_of(registry)?.add(name, self.handle);
        Ok(())
    }
}

/// The collector of each registry, all of whose runtimes are in the same families.
static COLLECTORS: Mutex<Vec<(&MetricsRegistry, Arc<Runtimes>)>> = Mutex::new(Vec::new());

/// Returns the runtimes of a registry, which collects them from the first time on.
fn runtimes_of(registry: &'static MetricsRegistry) -> Result<Arc<Runtimes>, Error> {
    let mut collectors = COLLECTORS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, known)) = collectors.iter().find(|(other, _)| std::ptr::eq(*other, registry)) {
        return Ok(Arc::clone(known));
    }
    let runtimes = Arc::new(Runtimes::default());
    registry.try_collect_from(runtimes::Collector(Arc::clone(&runtimes)))?;
    collectors.push((registry, Arc::clone(&runtimes)));
    Ok(runtimes)
}
