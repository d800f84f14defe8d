//! Many streams on many threads, some of which move between threads: every call ends once.

use super::*;
use std::sync::mpsc;
use std::thread;

const THREADS: u64 = 4;
const ROUNDS: u64 = 600;

#[instrumented(ends_with = "stream")]
fn crowded(script: Script<Result<u64, u64>>) -> impl Stream<Item = Result<u64, u64>> + Unpin + Send {
    script
}

/// The streams of one round: one for each way to end.
fn streams(number: u64) -> [(usize, Script<Result<u64, u64>>); 6] {
    [
        (3, script([Item(Ok(number)), Wait, End])),
        (3, script([Item(Ok(number)), Item(Err(number)), End])),
        (2, script([Item(Err(number)), Wait])),
        (2, script([Item(Ok(number)), Panic])),
        (1, script([Wait])),
        (2, script([Item(Ok(number)), Wait])),
    ]
}

fn run(polls: usize, mut stream: impl Stream + Unpin) {
    for _ in 0..polls {
        let _ = catch_unwind(AssertUnwindSafe(|| drop(next(&mut stream))));
    }
}

#[test]
fn every_call_of_many_threads_ends_once() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload_as_str() != Some("on purpose") {
            hook(info);
        }
    }));
    let (hand_over, taken) = mpsc::channel();
    let consumer = thread::spawn(move || {
        for (polls, stream) in taken {
            run(polls, stream);
        }
    });
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let hand_over = hand_over.clone();
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    for (polls, script) in streams(round) {
                        let mut stream = crowded(script);
                        if (round + thread) % 2 == 0 {
                            run(polls, stream);
                        } else {
                            let _ = catch_unwind(AssertUnwindSafe(|| next(&mut stream)));
                            hand_over.send((polls - 1, stream)).expect("the consumer waits");
                        }
                    }
                }
            });
        }
        // Meanwhile, no reading shows the stage of a cancellation that it does not show, and none shows less than one before.
        let mut earlier = calls_of(&counted("crowded"));
        for _ in 0..50 {
            let later = calls_of(&counted("crowded"));
            assert!(later.cancelled_early >= earlier.cancelled_early, "{earlier:?}, {later:?}");
            assert!(later.cancelled_late >= earlier.cancelled_late, "{earlier:?}, {later:?}");
            earlier = later;
        }
    });
    drop(hand_over);
    consumer.join().expect("it does not panic");
    let each = THREADS * ROUNDS;
    let expected = Calls {
        ok: each,
        errors: 2 * each,
        panics: each,
        cancelled_early: each,
        cancelled_late: each,
        in_flight: 0,
    };
    assert_eq!(calls("crowded"), expected);
}
