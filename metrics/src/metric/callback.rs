//! Callback metrics: a function of the program returns the value for each snapshot.

use super::declaration::Declaration;
use super::declared::Declared;
use crate::collect::{Collection, FamilyDescription, Registered, Shape, Source};
use crate::snapshot::MetricKind;
use crate::sync::const_unless_loom;
use crate::sync::unmodelled::Arc;

/// A gauge whose value a function returns for each snapshot, such as the number of open files or of cache entries.
#[doc = include_str!("from_the_start_callback.md")]
#[doc = include_str!("which_gauge.md")]
/// # Example
///
/// ```
/// use std::sync::Mutex;
/// use tachometer::{CallbackGauge, metrics};
///
/// static CACHE: Mutex<Vec<u32>> = Mutex::new(Vec::new());
///
/// metrics! {
///     static ENTRIES: CallbackGauge =
///         CallbackGauge::new("mail_cache_entries", "Mails in the cache", || CACHE.lock().unwrap().len() as f64);
/// }
///
/// CACHE.lock().unwrap().extend([1, 2, 3]);
/// assert!(tachometer::snapshot().to_prometheus_format().contains("\nmail_cache_entries 3.0\n"));
/// ```
///
/// The function runs on a thread of the library, and a snapshot waits for it only for a bounded time; see
/// [`docs::on_demand`](crate::docs::on_demand). [`callback_gauge`](crate::MetricsRegistry::callback_gauge) registers a closure
/// that captures.
#[derive(Debug)]
pub struct CallbackGauge {
    declaration: Declaration,
    callback: fn() -> f64,
}

/// A counter whose value a function returns for each snapshot, such as a total that another library or the operating system
/// keeps.
#[doc = include_str!("from_the_start_callback.md")]
#[doc = include_str!("which_counter.md")]
/// # Example
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use tachometer::{CallbackCounter, metrics};
///
/// static TURNS: AtomicU32 = AtomicU32::new(7);
///
/// metrics! {
///     static COUNTED: CallbackCounter =
///         CallbackCounter::new("mail_turns_total", "Turns", || f64::from(TURNS.load(Ordering::Relaxed)));
/// }
///
/// assert!(tachometer::snapshot().to_prometheus_format().contains("\nmail_turns_total 7.0\n"));
/// ```
///
/// A negative value or NaN is not a valid counter: it is not exported, and `tachometer_refused_metric_info` gives the reason. By
/// convention the name ends in `_total`. Everything else is as for [`CallbackGauge`];
/// [`callback_counter`](crate::MetricsRegistry::callback_counter) registers a closure that captures.
#[derive(Debug)]
pub struct CallbackCounter {
    declaration: Declaration,
    callback: fn() -> f64,
}

/// Implements a callback metric; the two differ only in their kind.
macro_rules! callback {
    ($metric:ident, $kind:ident, $what:ident) => {
        impl $metric {
            const_unless_loom! {
                /// Creates a metric exported as `name` with the help text `help`, whose value is what `callback` returns.
                ///
                /// # Panics
                /// If `name` is not a valid Prometheus metric name. In a `static`, this is a compile error.
                #[must_use]
                #[track_caller]
                pub const fn new(name: &'static str, help: &'static str, callback: fn() -> f64) -> Self {
                    $metric { declaration: Declaration::new(name, help), callback }
                }
            }

            /// Attaches the metric to the global registry, if it is not attached yet. Idempotent. Only needed for a `static`
            /// outside of [`metrics!`](crate::metrics!), and on WebAssembly.
            pub fn show(&'static self) {
                self.declaration.attach_once(self);
            }
        }

        impl Registered for $metric {
            fn describe(&self) -> String {
                concat!("a declared ", stringify!($what)).to_owned()
            }

            fn shape(&self) -> Shape {
                Shape::Plain(MetricKind::$kind)
            }

            fn help(&self) -> Option<&str> {
                Some(self.declaration.help)
            }

            /// Adds the help text only: the value comes from the source, which is code of the program.
            fn collect(&self, name: &str, into: &mut Collection<'_>) {
                into.describe_answered(name, self.declaration.help);
            }

            fn source(&self) -> Option<Arc<Source>> {
                let Declaration { name, help, .. } = &self.declaration;
                Some(Arc::new(Source::callback(FamilyDescription::$what(*name, *help), self.callback)))
            }
        }

        impl Declared for $metric {
            fn declaration(&self) -> &Declaration {
                &self.declaration
            }
        }
    };
}

callback!(CallbackGauge, Gauge, gauge);
callback!(CallbackCounter, Counter, counter);
