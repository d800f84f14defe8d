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

#[instrumented]
fn opaque(fail: bool) -> impl Future<Output = Result<u32, u32>> + Send {
    let answer = if fail { Err(1) } else { Ok(1) };
    async move { answer }
}

#[instrumented]
fn opaque_of_anything(text: &str) -> impl Future<Output = usize> {
    if text.is_empty() {
        return std::future::ready(0);
    }
    std::future::ready(text.len())
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

struct Store(u32);

#[instrumented]
impl Store {
    fn boxed<'a>(&'a self, add: &'a u32) -> Pin<Box<dyn Future<Output = Result<u32, u32>> + Send + 'a>> {
        Box::pin(async move { if *add == 0 { Err(self.0) } else { Ok(self.0 + add) } })
    }

    fn named(&self) -> BoxFuture<'_, u32> {
        Box::pin(async { self.0 })
    }
}

#[test]
fn a_function_that_returns_a_future_counts_what_the_future_does() {
    assert_eq!(poll(pin!(opaque(true))), Poll::Ready(Err(1)));
    assert_eq!(poll(pin!(opaque(false))), Poll::Ready(Ok(1)));
    drop(opaque(true));
    assert_eq!(outcomes("opaque"), (1, 1, 0, 0, 0));
    assert_eq!(poll(pin!(opaque_of_anything("ab"))), Poll::Ready(2));
    assert_eq!(outcomes("opaque_of_anything"), (1, 0, 0, 0, 0));
    let store = Store(3);
    assert_eq!(poll(store.boxed(&0).as_mut()), Poll::Ready(Err(3)));
    assert_eq!(poll(store.boxed(&1).as_mut()), Poll::Ready(Ok(4)));
    assert_eq!(outcomes("Store::boxed"), (1, 1, 0, 0, 0));
    assert_eq!(poll(store.named().as_mut()), Poll::Ready(3));
    assert_eq!(outcomes("Store::named"), (1, 0, 0, 0, 0));
}

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
    assert!(super::snapshot().function("never_polled").is_none_or(|function| function.calls() == 0));
}
