//! Models of the error kinds.

use crate::function::error_kinds::ErrorKinds;
use crate::sync::{AtomicU64, Ordering, leak, model};
use loom::thread;

/// Two calls end in a thread each, with errors of one kind: a reader that sees a kind sees the end of its call.
#[test]
fn an_error_kind_is_seen_after_its_call() {
    model(2, || {
        let kinds = leak(ErrorKinds::new());
        let ended = leak([AtomicU64::new(0), AtomicU64::new(0)]);
        let threads = [0, 1].map(|index: usize| {
            thread::spawn(move || {
                ended[index].store(1, Ordering::Relaxed);
                kinds.add("kind");
            })
        });
        let shown: u64 = kinds.read().iter().map(|(_, count)| count).sum();
        let seen: u64 = ended.iter().map(|ended| ended.load(Ordering::Relaxed)).sum();
        assert!(shown <= seen);
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(kinds.read(), [("kind".to_owned(), 2)]);
    });
}
