//! A `self` that is changed for its destructor: no lint that there is none without the annotation.

#![deny(warnings)]

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

static FREED: AtomicUsize = AtomicUsize::new(0);

struct Slots {
    used: usize,
}

impl Slots {
    #[instrumented]
    fn release(mut self) -> usize {
        let used = self.used;
        self.used = 0; // what `drop` frees
        used
    }

    #[instrumented]
    async fn release_later(mut self) -> usize {
        let used = self.used;
        self.used = 0;
        used
    }

    #[instrumented]
    fn take(mut other: Slots) -> usize {
        let used = other.used;
        other.used = 0;
        used
    }
}

impl Drop for Slots {
    fn drop(&mut self) {
        FREED.fetch_add(self.used, Ordering::Relaxed);
    }
}

#[test]
fn what_is_changed_for_a_destructor_is_seen_by_it() {
    assert_eq!(Slots { used: 1 }.release(), 1);
    assert_eq!(poll(pin!(Slots { used: 2 }.release_later())), Poll::Ready(2));
    assert_eq!(Slots::take(Slots { used: 3 }), 3);
    assert_eq!(FREED.load(Ordering::Relaxed), 0);
    drop(Slots { used: 4 });
    assert_eq!(FREED.load(Ordering::Relaxed), 4);
}
