//! Repeated attempts.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Returns whether a request that was answered with this status may be sent again, as the protocol specifies.
pub(super) fn is_retryable(status: u16) -> bool {
    matches!(status, 429 | 502 | 503 | 504)
}

/// The time from one attempt to the next: about twice as long each time, and random, so that many programs do not send at once to a receiver
/// that comes back.
#[derive(Debug)]
pub(super) struct Backoff {
    mean: Duration,
}

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(8);

impl Backoff {
    pub(super) fn new() -> Self {
        Backoff { mean: FIRST }
    }

    /// Returns the next pause.
    pub(super) fn next_pause(&mut self) -> Duration {
        let mean = self.mean;
        self.mean = (2 * mean).min(LONGEST);
        // From a half to one and a half.
        mean / 2 + mean * (RandomState::new().hash_one(0) % 1024) as u32 / 1024
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_random() {
        let pauses = |_| {
            let mut backoff = Backoff::new();
            std::array::from_fn::<Duration, 8, _>(|_| backoff.next_pause())
        };
        let runs: [[Duration; 8]; 8] = std::array::from_fn(pauses);
        let mut mean = FIRST;
        for place in 0..8 {
            for run in &runs {
                assert!((mean / 2..mean * 3 / 2).contains(&run[place]), "{:?}", run[place]);
            }
            mean = (2 * mean).min(LONGEST);
        }
        assert!(runs.iter().any(|run| run[0] != runs[0][0]));
    }
}
