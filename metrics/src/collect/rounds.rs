//! Rounds: calling all sources for a snapshot, on threads of the library and for a bounded time.
//!
//! Assumptions: a source is code of the program. It may panic, never return, take snapshots, register metrics, call
//! instrumented functions, and drop the registry.
//!
//! Guarantees:
//! 1. The value of a source in a snapshot was requested after the call that takes the snapshot began.
//! 2. A source is called by one thread at a time, without holding any lock of the library.
//! 3. A snapshot waits for one *round*, in which each source is called once, and for at most one earlier round that was under way.
//!    A round ends when all sources have answered, and at the latest after the timeout.
//! 4. In a round of n sources each one is called, and has at least 1/(n+1) of the timeout to answer, regardless of the others. If
//!    a source takes longer than that and others are queued, another thread continues with the queue. (If that part of the timeout
//!    is less than a millisecond, it is a millisecond: delays of the system's scheduler should not start threads.)
//! 5. A source that has not answered when a round ends is not called in later rounds until it has returned. Its late answer is
//!    discarded.
//! 6. A snapshot taken inside a source calls no sources. So a round never waits for itself.
//!
//! On a target without threads there is no other thread to wait for: the thread that takes a snapshot calls the sources itself,
//! and a source that never returns blocks it. Guarantees 1, 2 and 6 hold there, and a timeout of zero.
//!
//! Progress: the thread that takes a snapshot leads its round, or waits for another snapshot that leads one. Workers do not wait
//! for each other. A worker that is done waits for the next round, unless another worker already does. Workers have references to
//! the sources, not to the registry: it can be dropped while a worker is stuck, and nothing waits for that worker.

use super::source::{Answer, Source};
use crate::clock::Instant;
use crate::platform;
use crate::self_metrics::{CallbackFailures, FailuresBySource};
use crate::sync::unmodelled::{Arc, Condvar, Mutex, MutexGuard, PoisonError, lock};
use crate::util::catch_panic;
use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::thread;
use std::time::Duration;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(1);
/// The shortest time after which another thread continues with the queue.
const MIN_TURN: Duration = Duration::from_millis(1);

thread_local! {
    /// Whether this thread is a worker, which calls sources.
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

/// The rounds of a registry.
#[derive(Debug)]
pub(crate) struct Rounds {
    shared: Arc<Shared>,
}

/// The state that snapshots and workers share.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Signals snapshots: a round has ended, or all sources have answered.
    answered: Condvar,
    /// Signals workers: there are sources to call, or there will be no more rounds.
    work_available: Condvar,
}

#[derive(Debug)]
struct State {
    timeout: Duration,
    /// All sources that were ever called, by name.
    sources: BTreeMap<String, SourceState>,
    /// The number of the current round, or of the last one if none is under way.
    round: u64,
    is_under_way: bool,
    /// The sources of the current round that were not called yet.
    queue: VecDeque<Arc<Source>>,
    /// The number of sources that were called in the current round and have not answered.
    unanswered: usize,
    /// The answers of the current round.
    answers: Answer,
    /// When a source was last called.
    last_call: Instant,
    /// The number of the last round that has ended, and its answers.
    last: (u64, Arc<Answer>),
    /// The number of workers that wait for a round, or are about to.
    idle: usize,
    /// Whether the last attempt to start a worker in the current round failed.
    lacks_thread: bool,
    has_ended: bool,
}

/// The state of a source.
#[derive(Debug, Default)]
struct SourceState {
    /// The round that it was called in, until it returns.
    called_in: Option<u64>,
    failures: CallbackFailures,
}

impl State {
    /// Takes the next source to call, and returns it with its round.
    fn pop(&mut self) -> Option<(Arc<Source>, u64)> {
        let source = self.queue.pop_front()?;
        if let Some(source_state) = self.sources.get_mut(source.name()) {
            source_state.called_in = Some(self.round);
        }
        self.unanswered += 1;
        self.last_call = Instant::now();
        Some((source, self.round))
    }
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
            last_call: Instant::now(),
            last: (0, Arc::default()),
            idle: 0,
            lacks_thread: false,
            has_ended: false,
        };
        let shared =
            Shared { state: Mutex::new(state), answered: Condvar::new(), work_available: Condvar::new() };
        Rounds { shared: Arc::new(shared) }
    }

    pub(crate) fn set_timeout(&self, timeout: Duration) {
        lock(&self.shared.state).timeout = timeout;
    }

    /// Calls the sources that `sources` returns, or waits for another snapshot that does. `sources` is called without holding a lock.
    pub(crate) fn run(&self, sources: impl FnOnce() -> Vec<Arc<Source>>) -> Arc<Answer> {
        if IS_WORKER.get() {
            return Arc::default();
        }
        let mut state = lock(&self.shared.state);
        if state.timeout.is_zero() {
            return Arc::default();
        }
        // The current round may have called sources before this snapshot was requested.
        let first_valid = state.round + 1;
        loop {
            if state.last.0 >= first_valid {
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
        let sources = sources();
        if platform::HAS_THREADS {
            round.lead(&sources);
        } else {
            round.lead_alone(&sources);
        }
        Arc::clone(&lock(&self.shared.state).last.1)
    }

    /// Returns how often each source has failed, including those that never have.
    pub(crate) fn failures(&self) -> FailuresBySource {
        let state = lock(&self.shared.state);
        state.sources.iter().map(|(name, source_state)| (name.clone(), source_state.failures)).collect()
    }
}

impl Drop for Rounds {
    fn drop(&mut self) {
        lock(&self.shared.state).has_ended = true;
        self.shared.work_available.notify_all();
    }
}

/// The current round, owned by the snapshot that leads it. It ends when this is dropped, also by a panic.
struct Round<'a> {
    shared: &'a Arc<Shared>,
    number: u64,
}

impl Round<'_> {
    /// Queues the sources that are not still being called.
    fn queue(&self, sources: &[Arc<Source>]) -> MutexGuard<'_, State> {
        let mut state = lock(&self.shared.state);
        for source in sources {
            let source_state = state.sources.entry(source.name().to_owned()).or_default();
            match source_state.called_in {
                Some(_) => source_state.failures.timeouts += 1,
                None => state.queue.push_back(Arc::clone(source)),
            }
        }
        state
    }

    /// Calls the sources on this thread.
    fn lead_alone(self, sources: &[Arc<Source>]) {
        drop(self.queue(sources));
        let outside = IS_WORKER.replace(true);
        loop {
            let Some((source, round)) = lock(&self.shared.state).pop() else { break };
            drop(call(self.shared, &source, round));
            catch_panic(|| drop(source));
        }
        IS_WORKER.set(outside);
    }

    /// Queues the sources and waits for the answers.
    fn lead(self, sources: &[Arc<Source>]) {
        let mut state = self.queue(sources);
        let now = Instant::now();
        state.last_call = now;
        // `None`: later than the clock can represent.
        let deadline = now.checked_add(state.timeout);
        let called = u32::try_from(state.queue.len()).unwrap_or(u32::MAX);
        let turn = (state.timeout / called.saturating_add(1)).max(MIN_TURN);
        let has_worker = state.idle > 0 || called == 0;
        self.shared.work_available.notify_one();
        drop(state);
        if has_worker || self.start_worker() {
            self.wait(deadline, turn);
        }
    }

    /// Waits until all sources have answered, at most until `deadline`. Starts another worker if a source takes longer than `turn`.
    fn wait(&self, deadline: Option<Instant>, turn: Duration) {
        let mut state = lock(&self.shared.state);
        while !(state.queue.is_empty() && state.unanswered == 0) {
            let now = Instant::now();
            if deadline.is_some_and(|deadline| deadline <= now) {
                return;
            }
            let turn_ends = if state.queue.is_empty() { None } else { state.last_call.checked_add(turn) };
            if turn_ends.is_some_and(|end| end <= now) {
                state.last_call = now;
                drop(state);
                // If it cannot be started, an existing worker may still return.
                self.start_worker();
                state = lock(&self.shared.state);
                continue;
            }
            let until = [deadline, turn_ends].into_iter().flatten().min();
            let rest = until.map_or(Duration::MAX, |until| until.saturating_duration_since(now));
            state = self.shared.answered.wait_timeout(state, rest).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Starts a worker. Returns whether the system could create the thread.
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
        let uncalled = {
            let mut guard = lock(&self.shared.state);
            let state = &mut *guard;
            let uncalled = mem::take(&mut state.queue);
            for source in &uncalled {
                if let Some(SourceState { failures, .. }) = state.sources.get_mut(source.name()) {
                    let count =
                        if state.lacks_thread { &mut failures.no_thread } else { &mut failures.timeouts };
                    *count += 1;
                }
            }
            for source_state in
                state.sources.values_mut().filter(|source| source.called_in == Some(self.number))
            {
                source_state.failures.timeouts += 1;
            }
            state.unanswered = 0;
            state.lacks_thread = false;
            state.last = (self.number, Arc::new(mem::take(&mut state.answers)));
            state.is_under_way = false;
            self.shared.answered.notify_all();
            uncalled
        };
        // Dropped after the lock is released: the destructors of sources are code of the program.
        drop(uncalled);
    }
}

/// Runs a worker: calls one source after the other, for as long as it is needed.
fn work(shared: &Arc<Shared>) {
    IS_WORKER.set(true);
    while let Some((source, round)) = next_source(shared) {
        let mut state = call(shared, &source, round);
        // From here on the next round can rely on this thread.
        state.idle += 1;
        drop(state);
        // If the registry was dropped, this may be the last reference to the source: then the program's closure is dropped here.
        catch_panic(|| drop(source));
        lock(&shared.state).idle -= 1;
    }
}

/// Calls a source in `round`, and adds its answer if the round is still under way. Returns the lock that it then holds.
fn call<'a>(shared: &'a Shared, source: &Source, round: u64) -> MutexGuard<'a, State> {
    let answer = catch_panic(|| source.call());
    let mut guard = lock(&shared.state);
    let state = &mut *guard;
    if let Some(source_state) = state.sources.get_mut(source.name()) {
        source_state.called_in = None;
        source_state.failures.panics += u64::from(answer.is_none());
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
    guard
}

/// Returns the next source and its round. Returns `None` if another worker already waits, or if there will be no more rounds.
fn next_source(shared: &Shared) -> Option<(Arc<Source>, u64)> {
    let mut state = lock(&shared.state);
    loop {
        if let Some(next) = state.pop() {
            return Some(next);
        }
        if state.has_ended || state.idle > 0 {
            return None;
        }
        state.idle += 1;
        state = shared.work_available.wait(state).unwrap_or_else(PoisonError::into_inner);
        state.idle -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::FamilyDescription;

    fn gauge(name: &str, callback: impl Fn() -> f64 + Send + Sync + 'static) -> Arc<Source> {
        Arc::new(Source::callback(FamilyDescription::gauge(name, "A gauge"), callback))
    }

    /// A round as on a target without threads.
    fn lead_alone(rounds: &Rounds, sources: &[Arc<Source>]) -> Vec<String> {
        let mut state = lock(&rounds.shared.state);
        state.round += 1;
        state.is_under_way = true;
        let round = Round { shared: &rounds.shared, number: state.round };
        drop(state);
        round.lead_alone(sources);
        let answer = Arc::clone(&lock(&rounds.shared.state).last.1);
        answer.families.iter().map(|(name, _)| name.clone()).collect()
    }

    #[test]
    #[cfg_attr(target_family = "wasm", ignore = "a panic aborts")]
    fn without_threads_a_round_calls_all_sources_on_this_thread() {
        let rounds = Arc::new(Rounds::new());
        let (this, inner) = (thread::current().id(), Arc::clone(&rounds));
        let sources = [
            gauge("here", move || f64::from(u8::from(thread::current().id() == this))),
            gauge("panics", || panic!("as a source may")),
            // A snapshot inside a source calls no sources, and so does not wait for its own round.
            gauge("nested", move || inner.run(|| unreachable!("asked for sources")).families.len() as f64),
        ];
        for round in 1..=2 {
            assert_eq!(lead_alone(&rounds, &sources), ["here", "nested"]);
            let failures = rounds.failures();
            let panics = ["here", "panics", "nested"].map(|name| failures[name].panics);
            assert_eq!(panics, [0, round, 0]);
        }
        let answer = Arc::clone(&lock(&rounds.shared.state).last.1);
        let values: Vec<_> =
            answer.families.iter().map(|(_, family)| family.series[0].value.clone()).collect();
        assert_eq!(format!("{values:?}"), "[Quantity(1.0), Quantity(0.0)]");
        assert!(!IS_WORKER.get(), "this thread is outside again");
    }
}
