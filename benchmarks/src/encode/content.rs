//! What is rendered: a function with many sets of labels, each of which is a series to the encoder as a function of its
//! own would be; and the calls it had, for whoever else is to show the same.

use fastrand::Rng;
use std::sync::LazyLock;
use std::time::Duration;
use tachometer::{FullSnapshot, MetricsRegistry, MockClock, instrumented};

/// As the labels of ours say.
pub(super) const FUNCTION: &str = "handle";
pub(super) const MODULE: &str = module_path!();

/// Calls of one set of labels.
pub(super) struct Calls {
    pub(super) route: String,
    /// How long each took, and whether it failed.
    pub(super) calls: Vec<(Duration, bool)>,
}

/// The calls of the sets of labels from `first` up to `end`: some tens each, from a microsecond to ten seconds.
pub(super) fn calls(first: u32, end: u32) -> impl Iterator<Item = Calls> {
    (first..end).map(|number| {
        let mut random = Rng::with_seed(u64::from(number));
        let call = |random: &mut Rng| {
            (Duration::from_secs_f64(10_f64.powf(random.f64() * 7.0 - 6.0)), random.u8(..10) == 0)
        };
        let calls = (0..random.u32(10..100)).map(|_| call(&mut random)).collect();
        Calls { route: format!("/orders/{number}"), calls }
    })
}

static REGISTRY: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::MAX));

#[instrumented(name = "handle", labels(route = route), max_label_sets = 1000000, registry = &REGISTRY)]
fn handle(route: &str, clock: MockClock, time: Duration, fails: bool) -> Result<(), ()> {
    clock.advance(time);
    if fails { Err(()) } else { Ok(()) }
}

/// Has ours count the calls of the sets of labels from `first` up to `end`.
pub(super) fn count(first: u32, end: u32) {
    let clock = MockClock::new();
    let _entered = clock.enter();
    for Calls { route, calls } in calls(first, end) {
        for (time, fails) in calls {
            // Its outcome is counted, and that is all that is wanted of it.
            let _ = handle(&route, clock, time, fails);
        }
    }
}

/// Everything that was counted.
pub(super) fn snapshot() -> FullSnapshot {
    REGISTRY.snapshot_all()
}
