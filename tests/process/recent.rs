//! The extremes of the recent windows: which calls they are of, to the nanosecond, and when a window ends.
//!
//! All registries share their windows, so these tests are in a process of their own, and take turns.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;
use tachometer::{
    FullSnapshot, FunctionSnapshot, Histogram, MetricsRegistry, MockClock, families::SampleValue,
    guard::MockGuard, instrumented, metrics,
};

/// What a window lasts at least.
const WINDOW: Duration = Duration::from_secs(40);
const NANOSECOND: Duration = Duration::from_nanos(1);

/// A clock of this thread's by which the first snapshot was taken, at its time zero; nobody else ends a window meanwhile.
fn turn() -> (MockClock, MockGuard, MutexGuard<'static, ()>) {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let clock = MockClock::new();
    let entered = clock.enter();
    tachometer::snapshot();
    (clock, entered, turn)
}

/// A snapshot that ends a window.
fn rotate(clock: MockClock) -> FullSnapshot {
    clock.advance(WINDOW);
    tachometer::snapshot()
}

fn recent(function: &FunctionSnapshot) -> Option<(u64, u64)> {
    let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap();
    let extremes = function.recent_min().map(nanos).zip(function.recent_max().map(nanos));
    assert_eq!(function.latency().recent_extremes(), extremes);
    extremes
}

fn shown(snapshot: &FullSnapshot, name: &str) -> Option<(u64, u64)> {
    recent(snapshot.function(name).unwrap())
}

fn lifetime(snapshot: &FullSnapshot, name: &str) -> Option<(u64, u64)> {
    snapshot.function(name).unwrap().latency().extremes()
}

#[instrumented]
fn lasts(clock: MockClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[test]
fn a_call_is_recent_in_its_own_window_and_the_two_after() {
    let (clock, _entered, _turn) = turn();
    let snapshot = tachometer::snapshot();
    assert_eq!(shown(&snapshot, "lasts"), None);
    lasts(clock, 900);
    assert_eq!(shown(&tachometer::snapshot(), "lasts"), Some((900, 900)));
    assert_eq!(shown(&rotate(clock), "lasts"), Some((900, 900)));
    lasts(clock, 20);
    lasts(clock, 30);
    assert_eq!(shown(&tachometer::snapshot(), "lasts"), Some((20, 900)));
    assert_eq!(shown(&rotate(clock), "lasts"), Some((20, 900)));
    lasts(clock, 500);
    let snapshot = rotate(clock);
    assert_eq!((shown(&snapshot, "lasts"), lifetime(&snapshot, "lasts")), (Some((20, 500)), Some((20, 900))));
    let snapshot = rotate(clock);
    assert_eq!(
        (shown(&snapshot, "lasts"), lifetime(&snapshot, "lasts")),
        (Some((500, 500)), Some((20, 900)))
    );
    let snapshot = rotate(clock);
    assert_eq!((shown(&snapshot, "lasts"), lifetime(&snapshot, "lasts")), (None, Some((20, 900))));
    lasts(clock, 700);
    let snapshot = tachometer::snapshot();
    assert_eq!(
        (shown(&snapshot, "lasts"), lifetime(&snapshot, "lasts")),
        (Some((700, 700)), Some((20, 900)))
    );
}

#[instrumented]
fn watched_closely(clock: MockClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[test]
fn who_takes_many_snapshots_ends_no_more_windows() {
    let (clock, _entered, _turn) = turn();
    watched_closely(clock, 1_000);
    clock.advance(WINDOW.saturating_sub(Duration::from_micros(2)));
    for _ in 0..1_000 {
        assert_eq!(shown(&tachometer::snapshot(), "watched_closely"), Some((1_000, 1_000)));
        // The last of these ends the first window.
        clock.advance(NANOSECOND);
    }
    let begun = clock.elapsed();
    let watch = || {
        while clock.elapsed() < begun + 2 * WINDOW {
            assert_eq!(shown(&tachometer::snapshot(), "watched_closely"), Some((1_000, 1_000)));
            clock.advance(WINDOW / 16);
        }
    };
    tachometer::snapshot();
    watch();
    assert_eq!(shown(&tachometer::snapshot(), "watched_closely"), None);
}

static ELSEWHERE: LazyLock<MetricsRegistry> =
    LazyLock::new(|| MetricsRegistry::new(Duration::from_millis(1)));

#[instrumented(registry = &ELSEWHERE)]
fn elsewhere(clock: MockClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[test]
fn registries_share_their_windows() {
    let (clock, _entered, _turn) = turn();
    elsewhere(clock, 5);
    for expected in [Some((5, 5)), Some((5, 5)), None] {
        rotate(clock);
        assert_eq!(shown(&ELSEWHERE.snapshot_all(), "elsewhere"), expected);
    }
    elsewhere(clock, 6);
    // Whoever comes first ends the window for the other.
    for expected in [Some((6, 6)), Some((6, 6)), None] {
        clock.advance(WINDOW);
        assert_eq!(shown(&ELSEWHERE.snapshot_all(), "elsewhere"), expected);
        tachometer::snapshot();
    }
}

#[instrumented]
fn by_another_clock(clock: MockClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[test]
fn windows_end_by_the_clock_of_who_takes_the_snapshot() {
    let (clock, _entered, _turn) = turn();
    by_another_clock(clock, 3);
    let other = MockClock::new();
    let expected = [Some((3, 3)), Some((3, 3)), Some((3, 3)), None];
    for (snapshot, expected) in expected.into_iter().enumerate() {
        let _entered = other.enter();
        // The first snapshot by a clock begins its window; and the time on another does not count.
        clock.advance(WINDOW / 2);
        assert_eq!(shown(&tachometer::snapshot(), "by_another_clock"), expected, "snapshot {snapshot}");
        other.advance(WINDOW);
    }
}

metrics! {
    static RECENT_SIZES: Histogram = Histogram::new("recent_sizes_bytes", "Sizes", &[10, 100]);
}

#[test]
fn a_histogram_shows_the_extremes_of_recent_values() {
    let (clock, _entered, _turn) = turn();
    let extremes = || (RECENT_SIZES.snapshot().extremes(), RECENT_SIZES.snapshot().recent_extremes());
    assert_eq!(extremes(), (None, None));
    RECENT_SIZES.observe(7);
    RECENT_SIZES.observe(u64::MAX);
    RECENT_SIZES.observe(0);
    assert_eq!(extremes(), (Some((0, u64::MAX)), Some((0, u64::MAX))));
    for _ in 0..3 {
        // Reading alone ends no window.
        clock.advance(WINDOW);
        RECENT_SIZES.snapshot();
        RECENT_SIZES.observe(8);
    }
    assert_eq!(extremes(), (Some((0, u64::MAX)), Some((0, u64::MAX))));
    for value in [u64::MAX, 0, 50] {
        let earlier = rotate(clock);
        RECENT_SIZES.observe(value);
        let snapshot = tachometer::snapshot();
        let Some(SampleValue::Histogram(histogram)) = snapshot.declared["recent_sizes_bytes"].value() else {
            panic!("{snapshot:?}");
        };
        assert_eq!((histogram.extremes(), histogram.recent_extremes()), extremes());
        let difference = snapshot.since(&earlier);
        let Some(SampleValue::Histogram(histogram)) = difference.declared["recent_sizes_bytes"].value()
        else {
            panic!("{difference:?}");
        };
        assert_eq!((histogram.extremes(), histogram.recent_extremes()), (None, None));
    }
    assert_eq!(extremes(), (Some((0, u64::MAX)), Some((0, u64::MAX))));
    rotate(clock);
    assert_eq!(extremes(), (Some((0, u64::MAX)), Some((0, 50))));
    rotate(clock);
    assert_eq!(extremes(), (Some((0, u64::MAX)), Some((50, 50))));
}

#[instrumented(sample = 3)]
fn one_in_three(clock: MockClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[test]
fn a_call_that_is_not_timed_begins_a_window_all_the_same() {
    let (clock, _entered, _turn) = turn();
    for (nanos, expected) in
        [(40, Some((40, 40))), (41, Some((40, 40))), (42, Some((40, 40))), (50, Some((50, 50)))]
    {
        // The first and the fourth are timed.
        one_in_three(clock, nanos);
        assert_eq!(shown(&tachometer::snapshot(), "one_in_three"), expected);
        let snapshot = rotate(clock);
        let of_all = if nanos == 50 { (40, 50) } else { (40, 40) };
        assert_eq!(lifetime(&snapshot, "one_in_three"), Some(of_all));
    }
}

#[instrumented]
fn by_many(clock: MockClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[test]
fn recent_calls_of_all_threads_count_and_those_of_ended_ones() {
    let (clock, _entered, _turn) = turn();
    let call = |nanos| {
        let of_thread = move || {
            let clock = MockClock::new();
            let _entered = clock.enter();
            by_many(clock, nanos);
        };
        thread::spawn(of_thread).join().unwrap();
    };
    by_many(clock, 60);
    call(70);
    rotate(clock);
    // The next thread goes on with the cells of the first.
    call(50);
    assert_eq!(shown(&rotate(clock), "by_many"), Some((50, 70)));
    assert_eq!(shown(&rotate(clock), "by_many"), Some((50, 50)));
    call(80);
    by_many(clock, 10);
    assert_eq!(shown(&rotate(clock), "by_many"), Some((10, 80)));
}

#[instrumented]
fn subtracted(clock: MockClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[test]
fn a_difference_has_no_recent_extremes() {
    let (clock, _entered, _turn) = turn();
    let earlier = tachometer::snapshot();
    subtracted(clock, 5);
    let difference = tachometer::snapshot().since(&earlier);
    assert_eq!((shown(&difference, "subtracted"), lifetime(&difference, "subtracted")), (None, None));
}

/// Each call lasts a nanosecond longer than the one before, so the shortest says which was the first.
#[instrumented]
fn grows(clock: MockClock, number: u64) -> Result<(), ()> {
    clock.advance(Duration::from_nanos(number));
    if number.is_multiple_of(3) { Err(()) } else { Ok(()) }
}

/// And shorter.
#[instrumented]
fn shrinks(clock: MockClock, number: u64) {
    clock.advance(Duration::from_nanos(LONGEST - number));
}

/// Longer than the number of any call.
const LONGEST: u64 = 1 << 32;

/// The first call that belongs to each window or a later one, as far as is known.
struct Begins {
    /// Calls that had ended before the window began, and those that a snapshot has shown and not as recent.
    at_least: Vec<u64>,
    /// What a snapshot has shown.
    known: Vec<Option<u64>>,
}

impl Begins {
    /// The oldest window of those that a snapshot shows: the newest and the two before.
    fn oldest(&self) -> usize {
        self.at_least.len().saturating_sub(3)
    }

    /// None of so many calls was recent.
    fn raise(&mut self, calls: u64) {
        let window = self.oldest();
        self.at_least[window] = self.at_least[window].max(calls);
    }

    /// `first` was the first of the calls that a snapshot has shown as recent in the newest window.
    fn check(&mut self, first: u64) {
        let window = self.oldest();
        assert!(first >= self.at_least[window], "call {first} ended before {}", self.at_least[window]);
        let known = *self.known[window].get_or_insert(first);
        assert_eq!(first, known, "a window begins with one call");
        assert!(self.known[..window].iter().flatten().all(|earlier| *earlier <= first));
    }
}

const ROTATIONS: usize = 150;

/// Lets the writer end, also where an assertion has failed.
struct Rotations(AtomicUsize);

struct AllMadeOnDrop<'a>(&'a Rotations);

impl Drop for AllMadeOnDrop<'_> {
    fn drop(&mut self) {
        self.0.0.store(ROTATIONS, Ordering::Release);
    }
}

#[test]
fn recent_extremes_are_those_of_the_last_calls_of_a_thread_that_never_pauses() {
    let (clock, _entered, _turn) = turn();
    let (told, rotations) = (AtomicU64::new(0), Rotations(AtomicUsize::new(0)));
    let begun_after: Vec<AtomicU64> = (0..=ROTATIONS).map(|_| AtomicU64::new(u64::MAX)).collect();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let clock = MockClock::new();
            let _entered = clock.enter();
            for number in 0.. {
                let rotation = rotations.0.load(Ordering::Acquire);
                if rotation == ROTATIONS {
                    break;
                }
                begun_after[rotation].fetch_min(number, Ordering::Relaxed);
                let _ = grows(clock, number);
                shrinks(clock, number);
                told.store(number + 1, Ordering::Release);
            }
            done.store(true, Ordering::Release);
        });
        let _all_made = AllMadeOnDrop(&rotations);
        let new = || Begins { at_least: vec![0], known: vec![None] };
        let (mut of_grows, mut of_shrinks) = (new(), new());
        for turn in 0.. {
            let is_last = done.load(Ordering::Acquire);
            let mut rotation = rotations.0.load(Ordering::Relaxed);
            // Each window has calls, wherever the scheduler has put the writer; and most have several snapshots.
            let has_calls = told.load(Ordering::Acquire) > *of_grows.at_least.last().unwrap();
            if turn % 3 == 0 && has_calls && rotation < ROTATIONS {
                rotation += 1;
                for begins in [&mut of_grows, &mut of_shrinks] {
                    begins.at_least.push(told.load(Ordering::Acquire));
                    begins.known.push(None);
                }
                clock.advance(WINDOW);
            }
            let snapshot = tachometer::snapshot();
            rotations.0.store(rotation, Ordering::Release);
            if let Some(grows) = snapshot.function("grows").filter(|grows| grows.calls() > 0) {
                match recent(grows) {
                    Some((min, max)) => {
                        assert_eq!(max, grows.calls() - 1);
                        of_grows.check(min);
                    }
                    None => of_grows.raise(grows.calls()),
                }
                assert_eq!(lifetime(&snapshot, "grows"), Some((0, grows.calls() - 1)));
            }
            if let Some(shrinks) = snapshot.function("shrinks").filter(|shrinks| shrinks.calls() > 0) {
                match recent(shrinks) {
                    Some((min, max)) => {
                        assert_eq!(min, LONGEST - (shrinks.calls() - 1));
                        of_shrinks.check(LONGEST - max);
                    }
                    None => of_shrinks.raise(shrinks.calls()),
                }
                assert_eq!(lifetime(&snapshot, "shrinks"), Some((LONGEST - (shrinks.calls() - 1), LONGEST)));
            }
            if is_last {
                break;
            }
        }
        // A call that begins after a snapshot belongs to its window, or to a later one.
        for begins in [of_grows, of_shrinks] {
            let mut least = u64::MAX;
            for (rotation, known) in begins.known.iter().enumerate().rev() {
                least = least.min(begun_after[rotation].load(Ordering::Relaxed));
                let at_least = known.unwrap_or(begins.at_least[rotation]);
                assert!(at_least <= least, "{at_least} after {least}, window {rotation}");
            }
            assert!(
                begins.known.iter().flatten().count() > ROTATIONS / 10,
                "too few windows: {:?}",
                begins.known
            );
        }
    });
}
