//! The number that a reader raises, to have running writers hand over a copy of their cells.

use crate::sync::{AtomicU64, Mutex, MutexGuard, Ordering, const_unless_loom, fence};

#[derive(Debug)]
pub(crate) struct Epoch {
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

    /// Begins a reader's epoch; the next one waits until the guard is dropped.
    pub(super) fn raise(&self) -> Raised<'_> {
        // A reader that panicked has left nothing behind that the next one relies on.
        let alone = self.reading.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Relaxed: only readers write it, and the lock orders them.
        let epoch = self.current.load(Ordering::Relaxed) + 1;
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
