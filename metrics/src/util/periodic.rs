//! A thread that runs a task periodically until it is stopped, and one last time when it is stopped.
//!
//! Assumptions: a run may take any time, and may stop its own thread. It does not unwind.
//!
//! Guarantees: the first run begins one interval after the start. Ticks that a slow run misses are skipped. A stop from another
//! thread wakes the periodic thread at once. It waits for a run in progress, for one last run after it, and for the end of the
//! thread. Concurrent callers of [`PeriodicThread::stop`] all wait for that. After a stop from inside the task, the thread
//! ends when that run returns.
//!
//! A flush wakes the thread too, for a run that begins after it. A run in progress does not count, since it may have begun with older data.
//! Ticks stay where they are.

use crate::clock::Instant;
use crate::platform;
use crate::sync::unmodelled::{Arc, Condvar, Mutex, MutexGuard, PoisonError, lock};
use std::io;
use std::thread::{self, JoinHandle, ThreadId};
use std::time::Duration;

/// A handle to the thread. Dropping it does not stop the thread.
#[derive(Debug, Clone)]
pub(crate) struct PeriodicThread {
    control: Arc<Control>,
    thread: ThreadId,
}

#[derive(Debug)]
struct Control {
    state: Mutex<State>,
    changed: Condvar,
    /// Taken by the first caller of `stop` on another thread.
    join_handle: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    phase: Phase,
    /// When a stop was first requested.
    stop_requested: Option<Instant>,
    /// How many flushes have been requested, and how many of these have had their run.
    flushes: u64,
    flushed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The task runs at each tick.
    Ticking,
    /// The task is to run once more, immediately, and the thread to end.
    LastRun,
    /// The thread is to end without another run.
    Ending,
    /// The task has been dropped, and the thread is about to end.
    Ended,
}

/// A run of the task, by which it learns that it is to end.
#[allow(dead_code, reason = "asked by sinks that wait for peers, which are behind features")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    control: &'a Control,
    /// In the last run: how long the one before went on after the thread was told to end.
    last_after: Option<Duration>,
}

#[allow(dead_code, reason = "as above")]
impl Run<'_> {
    /// Returns whether the thread ends after this run.
    pub(crate) fn is_last(self) -> bool {
        self.last_after.is_some()
    }

    /// Returns how long the run before the last went on after the thread was told to end; `None` if this is not the last.
    pub(crate) fn last_after(self) -> Option<Duration> {
        self.last_after
    }

    /// Returns when the thread was first told to end, by now.
    pub(crate) fn stop_requested(self) -> Option<Instant> {
        lock(&self.control.state).stop_requested
    }

    /// Waits for `duration`, but no longer than until the thread is told to end. In the last run, it waits.
    #[cfg(any(feature = "otlp", feature = "push"))]
    pub(crate) fn pause(self, duration: Duration) {
        let Some(until) = Instant::now().checked_add(duration) else { return };
        let mut state = lock(&self.control.state);
        while self.is_last() || state.stop_requested.is_none() {
            match until.saturating_duration_since(Instant::now()) {
                Duration::ZERO => return,
                rest => state = self.control.wait_timeout(state, rest),
            }
        }
    }
}

impl PeriodicThread {
    /// Starts a thread named `name` that runs `task` every `interval`.
    pub(crate) fn start(
        name: &str,
        interval: Duration,
        task: impl FnMut(Run<'_>) + Send + 'static,
    ) -> io::Result<Self> {
        if !platform::HAS_THREADS {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "this target has no threads"));
        }
        let control = Arc::new(Control {
            state: Mutex::new(State { phase: Phase::Ticking, stop_requested: None, flushes: 0, flushed: 0 }),
            changed: Condvar::new(),
            join_handle: Mutex::default(),
        });
        let end = EndOnDrop(Arc::clone(&control));
        let join_handle = thread::Builder::new().name(name.to_owned()).spawn(move || {
            // `run` drops the task before `end` is dropped, so the task's resources are released before a `stop` returns.
            let end = end;
            end.0.run(interval, task);
        })?;
        let thread = join_handle.thread().id();
        *lock(&control.join_handle) = Some(join_handle);
        Ok(PeriodicThread { control, thread })
    }

    /// Ends the thread after a last run, and waits for its end. Inside the task, only has the thread end after this run.
    pub(crate) fn stop(&self) {
        self.request_stop();
        if !self.is_this_thread() {
            self.wait();
        }
    }

    /// Stops all `threads` at once, as [`stop`](Self::stop) does. Inside the task of one of them, it waits for none:
    /// another one's task might wait for this thread.
    pub(crate) fn stop_all(threads: &[PeriodicThread]) {
        threads.iter().for_each(PeriodicThread::request_stop);
        if !threads.iter().any(PeriodicThread::is_this_thread) {
            threads.iter().for_each(PeriodicThread::wait);
        }
    }

    /// Has the tasks of all `threads` run now, and waits for the ends of these runs, but no longer than `timeout`. Returns whether all
    /// have ended. Inside the task of one of them, it has the others run and waits for none.
    pub(crate) fn flush_all(threads: &[PeriodicThread], timeout: Duration) -> bool {
        // `None`: later than an `Instant` can represent.
        let until = Instant::now().checked_add(timeout);
        // A task that requested another run of itself would run forever.
        let others = threads.iter().filter(|thread| !thread.is_this_thread());
        let requests: Vec<_> = others.map(|thread| (thread, thread.request_flush())).collect();
        requests.len() == threads.len()
            && requests.iter().all(|(thread, flush)| thread.wait_flushed(*flush, until))
    }

    /// Requests a run, and returns its number among all requests.
    fn request_flush(&self) -> u64 {
        let mut state = lock(&self.control.state);
        state.flushes += 1;
        self.control.changed.notify_all();
        state.flushes
    }

    /// Waits until the request has had its run, or the thread has ended, and returns whether it has in time.
    fn wait_flushed(&self, flush: u64, until: Option<Instant>) -> bool {
        let mut state = lock(&self.control.state);
        while state.flushed < flush && state.phase != Phase::Ended {
            state = match until.map(|until| until.saturating_duration_since(Instant::now())) {
                Some(Duration::ZERO) => return false,
                Some(rest) => self.control.wait_timeout(state, rest),
                None => self.control.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
        true
    }

    fn is_this_thread(&self) -> bool {
        thread::current().id() == self.thread
    }

    fn request_stop(&self) {
        let mut state = lock(&self.control.state);
        state.phase = match state.phase {
            Phase::Ticking if self.is_this_thread() => Phase::Ending,
            // What has happened since the run in progress began is left to one more run.
            Phase::Ticking | Phase::Ending if !self.is_this_thread() => Phase::LastRun,
            unchanged => unchanged,
        };
        state.stop_requested.get_or_insert_with(Instant::now);
        self.control.changed.notify_all();
    }

    fn wait(&self) {
        let mut state = lock(&self.control.state);
        while state.phase != Phase::Ended {
            state = self.control.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        if let Some(join_handle) = lock(&self.control.join_handle).take() {
            // An error is the task's panic, which the panic hook has reported already.
            let _ = join_handle.join();
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        lock(&self.control.state).phase == Phase::Ended
    }
}

impl Control {
    fn run(&self, interval: Duration, mut task: impl FnMut(Run<'_>)) {
        // `None`: later than an `Instant` can represent.
        let mut ended = Instant::now();
        let mut due = ended.checked_add(interval);
        loop {
            let (phase, flushes) = self.sleep_until(due);
            match phase {
                Phase::Ticking => task(Run { control: self, last_after: None }),
                Phase::LastRun => {
                    let stop = lock(&self.state).stop_requested.unwrap_or(ended);
                    let last_after = Some(ended.saturating_duration_since(stop));
                    return task(Run { control: self, last_after });
                }
                Phase::Ending | Phase::Ended => return,
            }
            lock(&self.state).flushed = flushes;
            self.changed.notify_all();
            ended = Instant::now();
            // A flush does not move the ticks.
            if due.is_some_and(|due| due <= ended) {
                due = due.and_then(|due| next_tick(due, interval, ended));
            }
        }
    }

    /// Waits until a run is due or requested, or the thread is to end. Returns the phase then, and how many runs were requested.
    fn sleep_until(&self, due: Option<Instant>) -> (Phase, u64) {
        let mut state = lock(&self.state);
        while state.phase == Phase::Ticking && state.flushes == state.flushed {
            state = match due.map(|due| due.saturating_duration_since(Instant::now())) {
                Some(Duration::ZERO) => break,
                Some(rest) => self.wait_timeout(state, rest),
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
        (state.phase, state.flushes)
    }

    fn wait_timeout<'a>(&self, state: MutexGuard<'a, State>, rest: Duration) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, rest).unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Wakes the callers of `stop` when the thread ends, also if the task unwinds.
struct EndOnDrop(Arc<Control>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        lock(&self.0.state).phase = Phase::Ended;
        self.0.changed.notify_all();
    }
}

/// Returns the first tick after `now` that is a whole number of intervals after `due`; `None` if an `Instant` cannot represent
/// it.
fn next_tick(due: Instant, interval: Duration, now: Instant) -> Option<Instant> {
    let late = now.saturating_duration_since(due).as_nanos();
    match u32::try_from(late / interval.as_nanos().max(1) + 1) {
        Ok(ticks) => due.checked_add(interval.checked_mul(ticks)?),
        // The interval is so short that the exact phase is irrelevant.
        Err(_) => now.checked_add(interval),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missed_ticks_are_skipped() {
        let (due, interval) = (Instant::now(), Duration::from_secs(10));
        let after = |late| next_tick(due, interval, due + Duration::from_secs(late)).unwrap() - due;
        assert_eq!([0, 1, 9, 10, 11, 95].map(|late| after(late).as_secs()), [10, 10, 10, 20, 20, 100]);
        assert_eq!(next_tick(due, Duration::MAX, due), None);
        let much_later = due + Duration::from_secs(5);
        assert_eq!(
            next_tick(due, Duration::from_nanos(1), much_later),
            Some(much_later + Duration::from_nanos(1))
        );
    }
}
