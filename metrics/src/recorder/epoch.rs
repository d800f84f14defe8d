//! The epoch: a reader advances it to request a copy of cells from a running writer, and to begin a window, whose number it
//! carries.

use crate::sync::{AtomicU64, Mutex, MutexGuard, Ordering, const_unless_loom, fence};

/// The bits of an epoch below the window's number: the epoch's number within its window, which has at most 2³² epochs.
const WINDOW_BIT: u32 = 32;

/// The number of distinct window numbers.
pub(super) const WINDOWS: u64 = 1 << (u64::BITS - WINDOW_BIT);

/// Returns the window that an epoch is in: the number of rotations before it.
pub(super) fn window_of(epoch: u64) -> u64 {
    epoch >> WINDOW_BIT
}

#[derive(Debug)]
pub(crate) struct Epoch {
    /// The window's number and, in the lower bits, the number of epochs it has had. They share a cell, so a thread that sees
    /// an epoch knows its window.
    current: AtomicU64,
    /// Held by a reader for as long as it reads: one reader at a time.
    reading: Mutex<()>,
}

/// A reader's exclusive right to read.
#[derive(Debug)]
pub(super) struct EpochGuard {
    /// The current epoch.
    pub(super) epoch: u64,
    of: &'static Epoch,
    _exclusive: MutexGuard<'static, ()>,
}

impl Epoch {
    const_unless_loom! {
        pub(super) const fn new() -> Self {
            Epoch { current: AtomicU64::new(0), reading: Mutex::new(()) }
        }
    }

    /// Begins reading. The next reader waits until the guard is dropped.
    ///
    /// A new window begins if `rotates` returns `true`. `rotates` is called while holding the lock, so times that it measures
    /// run from one rotation to the next, without other readers in between.
    pub(super) fn begin_reading(&'static self, rotates: impl FnOnce() -> bool) -> EpochGuard {
        // A reader that panicked has left no state that the next one relies on, so poisoning is ignored.
        let exclusive = self.reading.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Relaxed: only readers write it, ordered by the lock.
        let epoch = self.current.load(Ordering::Relaxed);
        let mut guard = EpochGuard { epoch, of: self, _exclusive: exclusive };
        if rotates() {
            guard.begin((window_of(epoch) + 1) << WINDOW_BIT);
        }
        guard
    }

    /// Returns whether `seen` is still the current epoch.
    #[inline]
    pub(super) fn is_current(&self, seen: u64) -> bool {
        // Relaxed: only decides whether to call `changed_since`, which loads the epoch again.
        self.current.load(Ordering::Relaxed) == seen
    }

    /// Returns the current epoch if it differs from `seen`.
    pub(super) fn changed_since(&self, seen: u64) -> Option<u64> {
        // Acquire: pairs with the Release in `begin`.
        let current = self.current.load(Ordering::Acquire);
        (current != seen).then_some(current)
    }
}

impl EpochGuard {
    /// Returns the current window.
    pub(super) fn window(&self) -> u64 {
        window_of(self.epoch)
    }

    /// Requests a copy: begins an epoch, after `announce` has been called with it, and returns it.
    pub(super) fn request(&mut self, announce: impl FnOnce(u64)) -> u64 {
        let epoch = self.epoch + 1;
        announce(epoch);
        self.begin(epoch);
        epoch
    }

    fn begin(&mut self, epoch: u64) {
        // Release: pairs with the Acquire in `changed_since`. A writer overwrites its last copy only after it sees a later epoch. The
        // loads of that copy come before this store, ordered by the lock, so they are not affected.
        self.of.current.store(epoch, Ordering::Release);
        // SeqCst: pairs with nothing. It is not needed for correctness: it drains the store buffer before the cells are read.
        // That makes the epoch visible early and bounds the reader's retries: each call that checks the epoch before it is
        // visible may cost the reader one attempt.
        fence(Ordering::SeqCst);
        self.epoch = epoch;
    }
}
