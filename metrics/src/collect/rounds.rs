//! Asking sources what they show, each time somebody reads: on threads of the library's, and for a bounded time.
//!
//! Assumptions: what is asked is code of the program's. It may panic, never return, take snapshots, register metrics, call
//! instrumented functions, and drop the registry.
//!
//! Guarantees:
//! 1. What a snapshot shows of a source was asked for after the snapshot was called.
//! 2. A source is asked by one thread at a time, outside of all locks of the library.
//! 3. A snapshot waits for one *round*, in which each source is asked once, and for at most one that was under way before. A
//!    round ends when all have answered, at the latest after the timeout.
//! 4. In a round of n sources each is begun, and has at least the n+1-th part of the timeout to answer, whatever the others
//!    do: as soon as one has taken longer than that and others wait behind it, a further thread goes on with these. (Where
//!    that part is less than a millisecond, a millisecond: no thread is started for what the system's scheduler may take.)
//! 5. A source that has not answered when a round ends is not asked in later rounds until it has returned. What it says then is
//!    thrown away.
//! 6. A snapshot inside of a source asks nobody. So no round waits for itself.
//!
//! Progress: who takes a snapshot leads its round, or waits for another snapshot that leads one. Workers wait for nobody.
//! One that is done waits for the next round, unless another does. They know the sources, not the registry: it can be dropped
//! while one is stuck, whom nobody waits for.

use super::source::{Answer, Source};
use crate::self_metrics::{CallbackFailures, FailuresBySource};
use crate::sync::unmodelled::{Arc, Condvar, Mutex, PoisonError, lock};
use crate::util::catch_panic;
use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::thread;
use std::time::{Duration, Instant};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(1);
/// The least time after which a further thread goes on.
const SHORTEST_TURN: Duration = Duration::from_millis(1);

thread_local! {
    /// Whether this thread is one that asks.
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

/// Who asks the sources of a registry.
#[derive(Debug)]
pub(crate) struct Rounds {
    shared: Arc<Shared>,
}

/// What snapshots and workers share.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// For snapshots: a round is over, or all have answered.
    answered: Condvar,
    /// For workers: there is somebody to ask, or no more ever.
    wanted: Condvar,
}

#[derive(Debug)]
struct State {
    timeout: Duration,
    /// Those that were ever asked, by name.
    sources: BTreeMap<String, Standing>,
    /// The number of the round under way, or else of the last one.
    round: u64,
    is_under_way: bool,
    /// Of the round under way: whom nobody has asked yet.
    queue: VecDeque<Arc<Source>>,
    /// Of the round under way: who was asked and has not answered.
    unanswered: usize,
    /// Of the round under way: what was answered.
    answers: Answer,
    /// When somebody was last asked.
    last_begun: Instant,
    /// The answers of the last round that is over, and its number.
    last: (u64, Arc<Answer>),
    /// Workers that wait for a round, or are about to.
    idle: usize,
    /// Whether the system refused one when it was last asked, in the round under way.
    lacks_thread: bool,
    has_ended: bool,
}

#[derive(Debug, Default)]
struct Standing {
    /// The round that it was asked in, while it has not returned.
    asked_in: Option<u64>,
    failures: CallbackFailures,
}

impl Rounds {
    pub(crate) fn new() -> Self {
        let state = State {
            timeout: DEFAULT_TIMEOUT,
            sources: BTreeMap::new(),
            round: 0,
            is_under_way: false,
            queue: VecDeque::new(),
            unanswered: 0,
            answers: Answer::default(),
            last_begun: Instant::now(),
            last: (0, Arc::default()),
            idle: 0,
            lacks_thread: false,
            has_ended: false,
        };
        let shared = Shared { state: Mutex::new(state), answered: Condvar::new(), wanted: Condvar::new() };
        Rounds { shared: Arc::new(shared) }
    }

    pub(crate) fn set_timeout(&self, timeout: Duration) {
        lock(&self.shared.state).timeout = timeout;
    }

    /// Asks all that `sources` names, which is called without a lock; or has another snapshot do so.
    pub(crate) fn ask(&self, sources: impl FnOnce() -> Vec<Arc<Source>>) -> Arc<Answer> {
        if IS_WORKER.get() {
            return Arc::default();
        }
        let mut state = lock(&self.shared.state);
        if state.timeout.is_zero() {
            return Arc::default();
        }
        // The round under way may have asked before this snapshot was called.
        let wanted = state.round + 1;
        loop {
            if state.last.0 >= wanted {
                return Arc::clone(&state.last.1);
            }
            if !state.is_under_way {
                break;
            }
            state = self.shared.answered.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.round += 1;
        state.is_under_way = true;
        let round = Round { shared: &self.shared, number: state.round };
        drop(state);
        round.lead(&sources());
        Arc::clone(&lock(&self.shared.state).last.1)
    }

    /// How often each source has failed; also of those that never have.
    pub(crate) fn failures(&self) -> FailuresBySource {
        let state = lock(&self.shared.state);
        state.sources.iter().map(|(name, standing)| (name.clone(), standing.failures)).collect()
    }
}

impl Drop for Rounds {
    fn drop(&mut self) {
        lock(&self.shared.state).has_ended = true;
        self.shared.wanted.notify_all();
    }
}

/// The round under way, in the hands of who leads it. It is over when this is dropped, also by a panic.
struct Round<'a> {
    shared: &'a Arc<Shared>,
    number: u64,
}

impl Round<'_> {
    fn lead(self, sources: &[Arc<Source>]) {
        let mut state = lock(&self.shared.state);
        for source in sources {
            let standing = state.sources.entry(source.name().to_owned()).or_default();
            match standing.asked_in {
                Some(_) => standing.failures.timeouts += 1,
                None => state.queue.push_back(Arc::clone(source)),
            }
        }
        let now = Instant::now();
        state.last_begun = now;
        // `None`: further away than the clock can tell.
        let deadline = now.checked_add(state.timeout);
        let asked = u32::try_from(state.queue.len()).unwrap_or(u32::MAX);
        let turn = (state.timeout / asked.saturating_add(1)).max(SHORTEST_TURN);
        let has_worker = state.idle > 0 || asked == 0;
        self.shared.wanted.notify_one();
        drop(state);
        if has_worker || self.start_worker() {
            self.wait(deadline, turn);
        }
    }

    /// Waits until all have answered, or until it is `deadline`; has a further worker go on where one has taken longer than
    /// `turn`.
    fn wait(&self, deadline: Option<Instant>, turn: Duration) {
        let mut state = lock(&self.shared.state);
        while !(state.queue.is_empty() && state.unanswered == 0) {
            let now = Instant::now();
            if deadline.is_some_and(|deadline| deadline <= now) {
                return;
            }
            let turn_ends = if state.queue.is_empty() { None } else { state.last_begun.checked_add(turn) };
            if turn_ends.is_some_and(|end| end <= now) {
                state.last_begun = now;
                drop(state);
                // Where there is none, the one there is may come back.
                self.start_worker();
                state = lock(&self.shared.state);
                continue;
            }
            let until = [deadline, turn_ends].into_iter().flatten().min();
            let rest = until.map_or(Duration::MAX, |until| until.saturating_duration_since(now));
            state = self.shared.answered.wait_timeout(state, rest).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether the system gave a thread.
    fn start_worker(&self) -> bool {
        let shared = Arc::clone(self.shared);
        let thread =
            thread::Builder::new().name("tachometer-callbacks".to_owned()).spawn(move || work(&shared));
        lock(&self.shared.state).lacks_thread = thread.is_err();
        thread.is_ok()
    }
}

impl Drop for Round<'_> {
    fn drop(&mut self) {
        let unasked = {
            let mut guard = lock(&self.shared.state);
            let state = &mut *guard;
            let unasked = mem::take(&mut state.queue);
            for source in &unasked {
                if let Some(Standing { failures, .. }) = state.sources.get_mut(source.name()) {
                    let count =
                        if state.lacks_thread { &mut failures.no_thread } else { &mut failures.timeouts };
                    *count += 1;
                }
            }
            for standing in state.sources.values_mut().filter(|source| source.asked_in == Some(self.number)) {
                standing.failures.timeouts += 1;
            }
            state.unanswered = 0;
            state.lacks_thread = false;
            state.last = (self.number, Arc::new(mem::take(&mut state.answers)));
            state.is_under_way = false;
            self.shared.answered.notify_all();
            unasked
        };
        // Behind the lock: what sources hold is the program's.
        drop(unasked);
    }
}

/// What a worker does: asks one after the other, as long as it is needed.
fn work(shared: &Arc<Shared>) {
    IS_WORKER.set(true);
    while let Some((source, round)) = next(shared) {
        let answer = catch_panic(|| source.ask());
        let mut guard = lock(&shared.state);
        let state = &mut *guard;
        if let Some(standing) = state.sources.get_mut(source.name()) {
            standing.asked_in = None;
            standing.failures.panics += u64::from(answer.is_none());
        }
        if state.is_under_way && state.round == round {
            let Answer { families, refusals } = answer.unwrap_or_default();
            state.answers.families.extend(families);
            state.answers.refusals.extend(refusals);
            state.unanswered -= 1;
            if state.queue.is_empty() && state.unanswered == 0 {
                shared.answered.notify_all();
            }
        }
        // From here on whoever leads the next round can count on this thread.
        state.idle += 1;
        drop(guard);
        // The registry may be gone, and this the last to know the source: then what the program put into it is dropped here.
        catch_panic(|| drop(source));
        lock(&shared.state).idle -= 1;
    }
}

/// Whom to ask next, and in which round; `None` where another worker waits already, or there will be no round any more.
fn next(shared: &Shared) -> Option<(Arc<Source>, u64)> {
    let mut state = lock(&shared.state);
    loop {
        let round = state.round;
        if let Some(source) = state.queue.pop_front() {
            if let Some(standing) = state.sources.get_mut(source.name()) {
                standing.asked_in = Some(round);
            }
            state.unanswered += 1;
            state.last_begun = Instant::now();
            return Some((source, round));
        }
        if state.has_ended || state.idle > 0 {
            return None;
        }
        state.idle += 1;
        state = shared.wanted.wait(state).unwrap_or_else(PoisonError::into_inner);
        state.idle -= 1;
    }
}
