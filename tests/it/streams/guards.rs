//! Calls that the program ends itself.

use super::*;
use std::sync::mpsc;
use std::thread;
use tachometer::Call;

/// Declares a function of its own for each test, which hands its call out.
macro_rules! calling {
    ($name:ident) => {
        #[instrumented(ends_with = |call, _| Some(call))]
        fn $name() -> Option<Call> {
            None
        }
    };
}

#[test]
fn a_call_ends_as_the_program_says() {
    calling!(said);
    let call = || said().expect("it was put there");
    call().ok();
    call().error();
    call().error_of_kind("cut");
    drop(call());
    let mut late = call();
    late.first_item();
    late.first_item();
    drop(late);
    let mut late = call();
    late.first_item();
    late.ok();
    let open = call();
    let expected =
        Calls { ok: 2, errors: 2, cancelled_early: 1, cancelled_late: 1, in_flight: 1, ..Calls::default() };
    assert_eq!(calls("said"), expected);
    assert_eq!(counted("said").error_kinds, [("cut".into(), 1)]);
    thread::spawn(move || open.ok()).join().unwrap();
    assert_eq!(calls("said"), Calls { ok: 3, in_flight: 0, ..expected });
}

#[test]
fn a_call_that_a_panic_drops_is_a_panic_unless_the_panic_was_there_before() {
    calling!(panicking);
    struct Calling;
    impl Drop for Calling {
        fn drop(&mut self) {
            drop(panicking());
        }
    }

    let unwound = catch_unwind(|| {
        let mut call = panicking().expect("it was put there");
        call.first_item();
        panic!("on purpose");
    });
    assert!(unwound.is_err());
    assert_eq!(calls("panicking"), Calls { panics: 1, ..Calls::default() });

    let unwound = catch_unwind(|| {
        let _calling = Calling;
        panic!("on purpose");
    });
    assert!(unwound.is_err());
    assert_eq!(calls("panicking"), Calls { panics: 1, cancelled_early: 1, ..Calls::default() });
}

#[test]
fn what_puts_the_call_into_the_value_may_panic() {
    #[instrumented(ends_with = |_call, _value: u32| panic!("on purpose"))]
    fn cannot_hold() -> u32 {
        7
    }
    #[instrumented(ends_with = |_, value| value)]
    async fn drops_it() -> u32 {
        7
    }
    assert!(catch_unwind(cannot_hold).is_err());
    assert_eq!(calls("cannot_hold"), Calls { panics: 1, ..Calls::default() });
    assert_eq!(ready(drops_it()), 7);
    assert_eq!(calls("drops_it"), Calls { cancelled_early: 1, ..Calls::default() });
}

#[test]
fn a_future_that_is_ready_twice_is_one_call() {
    #[instrumented(ends_with = |call, value| { call.ok(); value })]
    fn twice() -> impl Future<Output = Result<u32, u32>> {
        let mut polls = 0;
        std::future::poll_fn(move |_| {
            polls += 1;
            Poll::Ready(if polls == 1 { Ok(1) } else { Err(polls) })
        })
    }
    let mut future = pin!(twice());
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(future.as_mut().poll(&mut context), Poll::Ready(Ok(1)));
    assert_eq!(future.as_mut().poll(&mut context), Poll::Ready(Err(2)));
    assert_eq!(future.as_mut().poll(&mut context), Poll::Ready(Err(3)));
    assert_eq!(calls("twice"), Calls { ok: 1, ..Calls::default() });
}

#[test]
fn a_call_may_be_in_a_channel_or_a_task() {
    fn answer(call: Call, receiver: mpsc::Receiver<u32>) -> mpsc::Receiver<u32> {
        let (sender, counted) = mpsc::channel();
        thread::spawn(move || {
            let mut call = call;
            for number in receiver {
                call.first_item();
                if sender.send(number).is_err() {
                    return; // the receiver is gone: cancelled
                }
            }
            call.ok();
        });
        counted
    }
    #[instrumented(ends_with = answer)]
    fn subscribe(limit: u32) -> mpsc::Receiver<u32> {
        let (sender, receiver) = mpsc::channel();
        (0..limit).for_each(|number| sender.send(number).expect("the receiver is here"));
        receiver
    }
    assert_eq!(subscribe(3).iter().sum::<u32>(), 3);
    // The thread ends its call before it drops the sender's end, or right after the last number was received.
    while counted("subscribe").in_flight > 0 {
        thread::yield_now();
    }
    assert_eq!(calls("subscribe"), Calls { ok: 1, ..Calls::default() });
}
