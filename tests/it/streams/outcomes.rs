//! How a call ends with its stream: exactly once, whatever becomes of the stream.

use super::*;
use std::thread;

/// Declares a function of its own for each test, which returns the stream it is given.
macro_rules! through {
    ($name:ident) => {
        #[instrumented(ends_with = "stream")]
        fn $name(stream: Script<u32>) -> impl Stream<Item = u32> + Unpin + Send {
            stream
        }
    };
}

#[test]
fn a_stream_that_ends_is_ok_and_in_flight_until_then() {
    through!(ends);
    let mut stream = ends(script([Item(1), Wait, Item(2), End]));
    assert_eq!(calls("ends"), Calls { in_flight: 1, ..Calls::default() }, "the function has returned");
    assert_eq!(next(&mut stream), Poll::Ready(Some(1)));
    assert_eq!(next(&mut stream), Poll::Pending);
    assert_eq!(next(&mut stream), Poll::Ready(Some(2)));
    assert_eq!(calls("ends").in_flight, 1);
    assert_eq!(next(&mut stream), Poll::Ready(None));
    assert_eq!(calls("ends"), Calls { ok: 1, ..Calls::default() });
    drop(stream);
    assert_eq!(calls("ends"), Calls { ok: 1, ..Calls::default() }, "it ended before it was dropped");
}

#[test]
fn an_empty_stream_is_ok() {
    through!(is_empty);
    assert_eq!(next(&mut is_empty(script([End]))), Poll::Ready(None));
    assert_eq!(calls("is_empty"), Calls { ok: 1, ..Calls::default() });
}

#[test]
fn a_stream_that_is_never_polled_was_cancelled_before_its_first_item() {
    through!(never_polled);
    drop(never_polled(script([Item(1)])));
    assert_eq!(calls("never_polled"), Calls { cancelled_early: 1, ..Calls::default() });
}

#[test]
fn a_stream_that_is_dropped_was_cancelled_before_or_after_its_first_item() {
    through!(dropped);
    let mut stream = dropped(script([Wait, Wait]));
    assert_eq!(next(&mut stream), Poll::Pending);
    drop(stream);
    assert_eq!(calls("dropped"), Calls { cancelled_early: 1, ..Calls::default() });

    let mut stream = dropped(script([Item(1)]));
    assert_eq!(next(&mut stream), Poll::Ready(Some(1)));
    thread::spawn(move || drop(stream)).join().unwrap();
    assert_eq!(calls("dropped"), Calls { cancelled_early: 1, cancelled_late: 1, ..Calls::default() });
}

#[test]
fn a_poll_that_panics_is_a_panic_and_the_drop_after_it_nothing() {
    through!(panics);
    for steps in [vec![Panic], vec![Item(1), Panic]] {
        let items = steps.len() - 1;
        let mut stream = panics(Script(steps.into()));
        for _ in 0..items {
            assert!(next(&mut stream).is_ready());
        }
        assert!(panics_in_poll(&mut stream));
    }
    assert_eq!(calls("panics"), Calls { panics: 2, ..Calls::default() });
}

#[test]
fn a_stream_that_a_panic_elsewhere_drops_was_cancelled() {
    through!(dropped_by_a_panic);
    let unwound = catch_unwind(|| {
        let mut stream = dropped_by_a_panic(script([Item(1)]));
        assert!(next(&mut stream).is_ready());
        panic!("of its consumer");
    });
    assert!(unwound.is_err());
    assert_eq!(calls("dropped_by_a_panic"), Calls { cancelled_late: 1, ..Calls::default() });
}

#[test]
fn a_stream_that_is_polled_after_its_end_counts_nothing_more() {
    through!(polled_after_its_end);
    let mut stream = polled_after_its_end(script([End, Item(7), Wait, End, Panic]));
    assert_eq!(next(&mut stream), Poll::Ready(None));
    assert_eq!(next(&mut stream), Poll::Ready(Some(7)), "the stream answers as it would alone");
    assert_eq!(next(&mut stream), Poll::Pending);
    assert_eq!(next(&mut stream), Poll::Ready(None));
    assert!(panics_in_poll(&mut stream));
    drop(stream);
    assert_eq!(calls("polled_after_its_end"), Calls { ok: 1, ..Calls::default() });

    let mut stream = polled_after_its_end(script([Panic, Item(1), End]));
    assert!(panics_in_poll(&mut stream));
    assert_eq!((next(&mut stream), next(&mut stream)), (Poll::Ready(Some(1)), Poll::Ready(None)));
    drop(stream);
    assert_eq!(calls("polled_after_its_end"), Calls { ok: 1, panics: 1, ..Calls::default() });
}

#[test]
fn a_function_that_panics_before_it_returns_a_stream_is_a_panic() {
    #[instrumented(ends_with = "stream")]
    fn never_returns(limit: u32) -> impl Stream<Item = u32> {
        assert!(limit > 0, "on purpose");
        script([Item(limit)])
    }
    assert!(catch_unwind(|| drop(never_returns(0))).is_err());
    assert_eq!(calls("never_returns"), Calls { panics: 1, ..Calls::default() });
}

#[test]
fn a_call_in_a_destructor_that_runs_during_a_panic_ends_as_any_other() {
    through!(in_a_destructor);
    struct Reads;
    impl Drop for Reads {
        fn drop(&mut self) {
            assert_eq!(next(&mut in_a_destructor(script([End]))), Poll::Ready(None));
            drop(in_a_destructor(script([])));
        }
    }
    let unwound = catch_unwind(|| {
        let _reads = Reads;
        panic!("on purpose");
    });
    assert!(unwound.is_err());
    assert_eq!(calls("in_a_destructor"), Calls { ok: 1, cancelled_early: 1, ..Calls::default() });
}

mod results {
    use super::*;
    use tachometer::ErrorKind;

    #[derive(Debug, PartialEq, ErrorKind)]
    enum Broken {
        Cut,
        Garbled,
    }

    #[instrumented(ends_with = "stream")]
    fn read(stream: Script<Result<u32, Broken>>) -> impl Stream<Item = Result<u32, Broken>> + Unpin {
        stream
    }

    #[test]
    fn an_item_that_is_an_error_makes_the_call_one_when_the_stream_ends_or_is_dropped() {
        let mut stream = read(script([Item(Ok(1)), Item(Err(Broken::Garbled)), Item(Err(Broken::Cut)), End]));
        assert_eq!(next(&mut stream), Poll::Ready(Some(Ok(1))));
        assert_eq!(next(&mut stream), Poll::Ready(Some(Err(Broken::Garbled))));
        assert_eq!(calls("read").in_flight, 1, "a stream may go on after an error");
        assert!(next(&mut stream).is_ready());
        assert_eq!(next(&mut stream), Poll::Ready(None));
        assert_eq!(calls("read"), Calls { errors: 1, ..Calls::default() });

        let mut stream = read(script([Item(Err(Broken::Cut))]));
        assert!(next(&mut stream).is_ready());
        drop(stream);
        assert_eq!(calls("read"), Calls { errors: 2, ..Calls::default() }, "that is why it was dropped");
        let kinds = counted("read").error_kinds;
        assert_eq!(kinds, [("cut".into(), 1), ("garbled".into(), 1)], "the first error of each call");

        let mut stream = read(script([Item(Err(Broken::Cut)), Panic]));
        assert!(next(&mut stream).is_ready());
        assert!(panics_in_poll(&mut stream));
        assert_eq!(calls("read"), Calls { errors: 2, panics: 1, ..Calls::default() });
        assert_eq!(counted("read").error_kinds, kinds, "a panic has no kind");
    }

    #[instrumented(ends_with = "stream")]
    fn generic<T: Unpin>(stream: Script<T>) -> impl Stream<Item = T> + Unpin {
        stream
    }

    #[test]
    fn a_result_in_a_generic_item_counts_as_any_other_item() {
        let mut stream = generic(script([Item(Err::<u32, u32>(1)), End]));
        assert!(next(&mut stream).is_ready() && next(&mut stream).is_ready());
        assert_eq!(calls("generic"), Calls { ok: 1, ..Calls::default() });
    }
}
