//! Metrics that nobody counts: a function of the program's says what they show, whenever somebody reads.

use super::declaration::Declaration;
use super::declared::Declared;
use crate::collect::{Collection, FamilyDescription, Registered, Shape, Source};
use crate::snapshot::MetricKind;
use crate::sync::const_unless_loom;
use crate::sync::unmodelled::Arc;

/// A gauge whose value a function returns for each snapshot: open files, entries of a cache.
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
/// The function runs on a thread of the library's, and a snapshot does not wait for it for ever; see
/// [`docs::on_demand`](crate::docs::on_demand). One that captures something is registered by
/// [`callback_gauge`](crate::MetricsRegistry::callback_gauge).
#[derive(Debug)]
pub struct CallbackGauge {
    declaration: Declaration,
    callback: fn() -> f64,
}

/// A counter whose value a function returns for each snapshot: what a library in another language counts, or the operating
/// system.
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
/// What is negative or not a number is no counter: it is not shown, and `tachometer_refused_metric_info` says so. By
/// convention the name ends in `_total`. Otherwise as [`CallbackGauge`]; one that captures something is registered by
/// [`callback_counter`](crate::MetricsRegistry::callback_counter).
#[derive(Debug)]
pub struct CallbackCounter {
    declaration: Declaration,
    callback: fn() -> f64,
}

/// Both are the same but for what they are.
macro_rules! callback {
    ($metric:ident, $kind:ident, $what:ident) => {
        impl $metric {
            const_unless_loom! {
                /// Printed as `name` with that `# HELP`, at what `callback` returns.
                ///
                /// # Panics
                /// If Prometheus does not allow the name; in a `static`, this is a compile error.
                #[must_use]
                #[track_caller]
                pub const fn new(name: &'static str, help: &'static str, callback: fn() -> f64) -> Self {
                    $metric { declaration: Declaration::new(name, help), callback }
                }
            }

            /// Has the global registry show it, if it does not yet. Only needed in a `static` without
            /// [`metrics!`](crate::metrics!), and on other systems than Linux.
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

            /// What it shows is found by asking its source, which is code of the program's.
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
