//! The number that a reader raises, to have running writers hand over a copy of their cells; and the window that it is in.

use crate::sync::{AtomicU64, Mutex, MutexGuard, Ordering, const_unless_loom, fence};

/// Below the number of the window, an epoch's number in its window: a window ends at the latest after so many.
const WINDOW_BIT: u32 = 32;

/// How many numbers of windows there are.
pub(super) const WINDOWS: u64 = 1 << (u64::BITS - WINDOW_BIT);

/// The window that an epoch is in: how many rotations there were before it.
pub(super) fn window_of(epoch: u64) -> u64 {
    epoch >> WINDOW_BIT
}

#[derive(Debug)]
pub(crate) struct Epoch {
    /// A window's number, and below it how many epochs it has had. One cell, so that who sees an epoch knows its window.
    current: AtomicU64,
    /// Held by the one reader there may be.
    reading: Mutex<()>,
}

/// One reader, in an epoch of its own.
#[derive(Debug)]
pub(super) struct Raised<'a> {
    pub(super) epoch: u64,
    _alone: MutexGuard<'a, ()>,
}

impl Epoch {
    const_unless_loom! {
        pub(super) const fn new() -> Self {
            Epoch { current: AtomicU64::new(0), reading: Mutex::new(()) }
        }
    }

    /// Begins a reader's epoch; the next one waits until the guard is dropped. Where `rotates` says so, it is the first of
    /// a window. That is asked when no other reader is left, so whoever measures the time between rotations measures it from
    /// one to the next.
    pub(super) fn raise(&self, rotates: impl FnOnce() -> bool) -> Raised<'_> {
        // A reader that panicked has left nothing behind that the next one relies on.
        let alone = self.reading.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Relaxed: only readers write it, and the lock orders them.
        let before = self.current.load(Ordering::Relaxed);
        let epoch = if rotates() { (window_of(before) + 1) << WINDOW_BIT } else { before + 1 };
        // Release: pairs with the Acquire in `changed_from`: a writer that sees this epoch overwrites its last copy behind the
        // last look of the reader before, whom the lock puts before this.
        self.current.store(epoch, Ordering::Release);
        // SeqCst: pairs with nothing; nothing wrong could be read without it. It has the processor show the epoch to others
        // before the cells are read, not when it likes: each call that looks before it does may cost the reader an attempt.
        fence(Ordering::SeqCst);
        Raised { epoch, _alone: alone }
    }

    /// Whether no reader has come since the epoch `seen`.
    #[inline]
    pub(super) fn is_still(&self, seen: u64) -> bool {
        // Relaxed: nothing follows from it.
        self.current.load(Ordering::Relaxed) == seen
    }

    /// The current epoch, if it is not `seen`.
    pub(super) fn changed_from(&self, seen: u64) -> Option<u64> {
        // Acquire: pairs with the Release in `raise`.
        let current = self.current.load(Ordering::Acquire);
        (current != seen).then_some(current)
    }
}
