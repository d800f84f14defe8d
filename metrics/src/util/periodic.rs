//! A thread of its own that does something at an interval until it is stopped, and once more then.
//!
//! Assumptions: the task may take any time, and may stop its own ticker. It does not unwind.
//!
//! Guarantees: the first run comes one interval after the start; ticks that a slow run misses are skipped. A stop from
//! outside wakes the thread at once, waits for a run that is under way, for one last run after it, and for the end of
//! the thread; so does every caller of [`PeriodicThread::stop`], however many there are. A stop from inside the task lets the
//! thread end after that run.

use crate::sync::unmodelled::{Arc, Condvar, Mutex, MutexGuard, PoisonError, lock};
use std::io;
use std::thread::{self, JoinHandle, ThreadId};
use std::time::{Duration, Instant};

/// A handle to the thread, which goes on when the handle is dropped.
#[derive(Debug, Clone)]
pub(crate) struct PeriodicThread {
    control: Arc<Control>,
    thread: ThreadId,
}

#[derive(Debug)]
struct Control {
    phase: Mutex<Phase>,
    changed: Condvar,
    /// For the first caller of `stop` that comes from outside.
    join_handle: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Run whenever it is time.
    Ticking,
    /// Run once more, now, and end.
    LastRun,
    /// End without another run.
    Ending,
    /// The task is dropped; the thread does nothing any more.
    Ended,
}

impl PeriodicThread {
    /// Starts a thread called `name` that runs `task` every `interval`.
    pub(crate) fn start(
        name: &str,
        interval: Duration,
        task: impl FnMut() + Send + 'static,
    ) -> io::Result<Self> {
        let control = Arc::new(Control {
            phase: Mutex::new(Phase::Ticking),
            changed: Condvar::new(),
            join_handle: Mutex::default(),
        });
        let end = EndOnDrop(Arc::clone(&control));
        let join_handle = thread::Builder::new().name(name.to_owned()).spawn(move || {
            // `run` drops the task before `end` is dropped: who waits for the end finds released what the task held.
            let end = end;
            end.0.run(interval, task);
        })?;
        let thread = join_handle.thread().id();
        *lock(&control.join_handle) = Some(join_handle);
        Ok(PeriodicThread { control, thread })
    }

    /// Ends the thread after a last run, and waits for that; from inside the task, lets it end after this run.
    pub(crate) fn stop(&self) {
        self.request_stop();
        if !self.is_this_thread() {
            self.wait();
        }
    }

    /// As [`stop`](Self::stop), of all of them at once; from inside the task of one of them, without waiting for any, as
    /// another's task might do the same.
    pub(crate) fn stop_all(tickers: &[PeriodicThread]) {
        tickers.iter().for_each(PeriodicThread::request_stop);
        if !tickers.iter().any(PeriodicThread::is_this_thread) {
            tickers.iter().for_each(PeriodicThread::wait);
        }
    }

    fn is_this_thread(&self) -> bool {
        thread::current().id() == self.thread
    }

    fn request_stop(&self) {
        let mut phase = lock(&self.control.phase);
        *phase = match *phase {
            Phase::Ticking if self.is_this_thread() => Phase::Ending,
            // What has happened since the run under way began is for one more.
            Phase::Ticking | Phase::Ending if !self.is_this_thread() => Phase::LastRun,
            unchanged => unchanged,
        };
        self.control.changed.notify_all();
    }

    fn wait(&self) {
        let mut phase = lock(&self.control.phase);
        while *phase != Phase::Ended {
            phase = self.control.changed.wait(phase).unwrap_or_else(PoisonError::into_inner);
        }
        drop(phase);
        if let Some(join_handle) = lock(&self.control.join_handle).take() {
            // An error would be the task's panic, which the panic hook has shown already.
            let _ = join_handle.join();
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        *lock(&self.control.phase) == Phase::Ended
    }
}

impl Control {
    fn run(&self, interval: Duration, mut task: impl FnMut()) {
        // `None`: further away than the clock can tell.
        let mut due = Instant::now().checked_add(interval);
        loop {
            match self.sleep_until(due) {
                Phase::Ticking => task(),
                Phase::LastRun => return task(),
                Phase::Ending | Phase::Ended => return,
            }
            due = due.and_then(|due| next_tick(due, interval, Instant::now()));
        }
    }

    /// Waits until it is time for a run or for the end, and says which.
    fn sleep_until(&self, due: Option<Instant>) -> Phase {
        let mut phase = lock(&self.phase);
        while *phase == Phase::Ticking {
            phase = match due.map(|due| due.saturating_duration_since(Instant::now())) {
                Some(Duration::ZERO) => break,
                Some(rest) => self.wait_timeout(phase, rest),
                None => self.changed.wait(phase).unwrap_or_else(PoisonError::into_inner),
            };
        }
        *phase
    }

    fn wait_timeout<'a>(&self, phase: MutexGuard<'a, Phase>, rest: Duration) -> MutexGuard<'a, Phase> {
        self.changed.wait_timeout(phase, rest).unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Tells those who wait that the thread is done, also if the task unwound after all.
struct EndOnDrop(Arc<Control>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        *lock(&self.0.phase) = Phase::Ended;
        self.0.changed.notify_all();
    }
}

/// The first tick after `now`, on the grid that `due` is on. `None` where the clock cannot tell it.
fn next_tick(due: Instant, interval: Duration, now: Instant) -> Option<Instant> {
    let late = now.saturating_duration_since(due).as_nanos();
    match u32::try_from(late / interval.as_nanos().max(1) + 1) {
        Ok(ticks) => due.checked_add(interval.checked_mul(ticks)?),
        // An interval so short that its grid means nothing any more.
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
