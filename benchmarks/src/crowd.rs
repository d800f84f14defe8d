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
