//! Threads that have done their work and are still alive: what they hold is then there to be read or weighed.

use std::sync::Barrier;
use std::thread;

/// Looks at the process while `threads` threads live that have each done `work`.
pub(crate) fn alive<T>(threads: usize, work: impl Fn() + Sync, look: impl FnOnce() -> T) -> T {
    let (worked, looked) = (Barrier::new(threads + 1), Barrier::new(threads + 1));
    thread::scope(|scope| {
        let member = || {
            work();
            worked.wait();
            looked.wait();
        };
        let members: Vec<_> = (0..threads).map(|_| scope.spawn(member)).collect();
        worked.wait();
        let seen = look();
        looked.wait();
        // The scope's end alone would not wait for the threads' own destructors, which hand back what they held.
        for member in members {
            member.join().expect("the work panicked");
        }
        seen
    })
}

/// Looks at the process after each of `rounds`, in which each of `threads` threads has done its `work`: of a thread and a round.
/// Returns what was seen in each round.
pub(crate) fn in_rounds<T>(
    threads: usize,
    rounds: usize,
    work: impl Fn(usize, usize) + Sync,
    mut look: impl FnMut() -> T,
) -> Vec<T> {
    let (worked, looked) = (Barrier::new(threads + 1), Barrier::new(threads + 1));
    thread::scope(|scope| {
        for thread in 0..threads {
            let (work, worked, looked) = (&work, &worked, &looked);
            scope.spawn(move || {
                for round in 0..rounds {
                    work(thread, round);
                    worked.wait();
                    looked.wait();
                }
            });
        }
        let look = |_| {
            worked.wait();
            let seen = look();
            looked.wait();
            seen
        };
        (0..rounds).map(look).collect()
    })
}
