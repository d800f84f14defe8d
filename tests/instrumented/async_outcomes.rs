//! How async calls begin and end.

use super::*;

#[instrumented]
async fn waits(then: Result<u32, String>) -> Result<u32, String> {
    let mut first = true;
    std::future::poll_fn(|_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }).await;
    assert_ne!(then, Err("panic".into()), "on purpose");
    then
}

#[instrumented]
async fn pending() {
    forever().await;
}

#[instrumented]
async fn never_polled() {}

#[test]
fn a_future_counts_from_its_first_poll_to_its_end() {
    for then in [Ok(1), Err("failed".to_owned())] {
        let mut future = pin!(waits(then.clone()));
        assert!(poll(future.as_mut()).is_pending());
        assert_eq!(counted("waits").in_flight, 1);
        assert_eq!(poll(future), Poll::Ready(then));
    }
    let mut future = Box::pin(waits(Err("panic".into())));
    assert!(poll(future.as_mut()).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| poll(future.as_mut()))).is_err());
    assert_eq!(outcomes("waits"), (1, 1, 1, 0, 0));
    drop(future);
    assert_eq!(outcomes("waits"), (1, 1, 1, 0, 0), "a panicked future is not cancelled as well");

    let mut future = Box::pin(pending());
    assert!(poll(future.as_mut()).is_pending());
    assert!(poll(future.as_mut()).is_pending());
    assert_eq!(outcomes("pending"), (0, 0, 0, 0, 1));
    thread::spawn(move || drop(future)).join().unwrap();
    assert_eq!(outcomes("pending"), (0, 0, 0, 1, 0));

    drop(never_polled());
    assert!(tachometer::snapshot().function("never_polled").is_none_or(|function| function.calls() == 0));
}
