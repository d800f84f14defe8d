//! The program's function that tells the trace of the call that ends.

use crate::clock;
use crate::recorder::{TracingHook, set_tracing_hook};
use crate::sync::List;
use crate::trace_context::TraceContext;
use crate::util::catch_panic;
use std::time::UNIX_EPOCH;

/// A function of the program that returns the current trace.
type Source = fn() -> Option<TraceContext>;

/// The sources that have been set. The newest is asked.
#[cfg(not(loom))]
static SOURCES: List<Source> = List::new();

// loom's atomics do not outlive an execution.
#[cfg(loom)]
loom::lazy_static! {
    static ref SOURCES: List<Source> = List::new();
}

/// Has some calls of instrumented functions carry their trace, as *exemplars*: `source` returns the trace of the call that ends on the
/// current thread, or `None` if it has none, or none that is recorded.
///
/// Exemplars are the longest call of a [window](crate::HistogramSnapshot::recent_extremes), the last error and the last panic, and one
/// call for each latency bucket, which is replaced if it is more than about ten seconds old. `source` is called only for these. Other
/// calls cost as much as without a source. See [`FunctionSnapshot::exemplars`](crate::FunctionSnapshot::exemplars) for what a snapshot
/// shows. OpenMetrics and protocol buffers show the exemplars of buckets, and those of errors and panics.
///
/// ```
/// use std::cell::Cell;
/// use tachometer::{TraceContext, instrumented};
///
/// thread_local! {
///     // Tracing libraries have such a variable.
///     static CURRENT: Cell<Option<TraceContext>> = const { Cell::new(None) };
/// }
///
/// #[instrumented]
/// fn charge(cents: u32) -> Result<u32, String> {
///     if cents == 0 { Err("nothing to charge".to_owned()) } else { Ok(cents) }
/// }
///
/// fn main() {
///     tachometer::set_trace_source(|| CURRENT.get());
///
///     let span = TraceContext { trace_id: [7; 16], span_id: [9; 8] };
///     CURRENT.set(Some(span));
///     let _ = charge(0);
///     CURRENT.set(None);
///
///     let snapshot = tachometer::snapshot();
///     let exemplars = snapshot.function("charge").unwrap().exemplars();
///     assert_eq!(exemplars.last_error().unwrap().trace(), span);
///     assert_eq!(exemplars.slowest().unwrap().trace(), span);
/// }
/// ```
///
/// `source` runs on the thread that has made the call, after the call has been counted. It may call instrumented functions: these
/// are counted, and take no exemplars. If it panics, the call has no exemplar; the panic is caught, but reported as every panic is (with
/// `panic = "abort"`, it ends the program). A call
/// may end while the thread runs the destructors of its thread-locals, so `source` should access others with
/// [`try_with`](std::thread::LocalKey::try_with).
///
/// The [guide](crate::docs::guide::exporting#exemplars-from-a-metric-to-its-trace) has a source for `tracing-opentelemetry`;
/// `examples/traces` has programs with that, with `opentelemetry` alone, and with `fastrace`.
///
/// Another call of this function replaces the source. The few bytes that each one takes are never freed.
pub fn set_trace_source(source: fn() -> Option<TraceContext>) {
    SOURCES.push(source);
    set_tracing_hook(TracingHook { trace: current, now });
}

/// Returns what the newest source returns; `None` if it panics.
fn current() -> Option<TraceContext> {
    let source = SOURCES.iter().next()?;
    catch_panic(source).flatten()
}

/// Returns the time of day, in nanoseconds since 1970.
pub(crate) fn now() -> u64 {
    let since = clock::time_of_day().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
