//! The forms of functions whose call ends with a stream, and the options beside.

use super::*;
use std::sync::LazyLock;
use std::time::Duration;
use tachometer::{Call, ErrorKind, MetricsRegistry};

type BoxStream<'a, T> = Pin<Box<dyn Stream<Item = T> + Send + 'a>>;

#[derive(Debug, PartialEq, ErrorKind)]
enum Failure {
    Refused,
    Cut,
}

fn drain<S: Stream>(stream: S) -> usize {
    let mut stream = pin!(stream);
    let mut context = Context::from_waker(Waker::noop());
    let mut items = 0;
    while let Poll::Ready(Some(_)) = stream.as_mut().poll_next(&mut context) {
        items += 1;
    }
    items
}

fn numbers(count: u32) -> Script<u32> {
    Script((0..count).map(Item).chain([End]).collect())
}

const OK: Calls = Calls { ok: 1, errors: 0, panics: 0, cancelled_early: 0, cancelled_late: 0, in_flight: 0 };

#[instrumented(ends_with = "stream")]
async fn later(count: u32) -> impl Stream<Item = u32> {
    numbers(count)
}

#[instrumented(ends_with = "stream")]
async fn never_ready() -> impl Stream<Item = u32> {
    std::future::pending::<()>().await;
    numbers(1)
}

#[test]
fn an_async_call_goes_on_in_the_stream_of_its_future() {
    drop(later(1));
    assert_eq!(calls("later"), Calls::default(), "a future that is never polled counts nothing");
    let stream = ready(later(3));
    assert_eq!(calls("later").in_flight, 1);
    assert_eq!(drain(stream), 3);
    assert_eq!(calls("later"), OK);

    let mut future = Box::pin(never_ready());
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(calls("never_ready").in_flight, 1);
    drop(future);
    assert_eq!(calls("never_ready"), Calls { cancelled_early: 1, ..Calls::default() });
}

#[instrumented(ends_with = "stream")]
fn fallible(count: u32) -> Result<impl Stream<Item = Result<u32, Failure>>, Failure> {
    if count == 0 {
        return Err(Failure::Refused);
    }
    Ok(Script([Item(Ok(count)), Item(Err(Failure::Cut)), End].into()))
}

#[instrumented(ends_with = "stream")]
async fn fallible_later(count: u32) -> Result<impl Stream<Item = u32>, Failure> {
    let count = count.checked_sub(1).ok_or(Failure::Refused)?;
    Ok(numbers(count))
}

#[test]
fn an_error_instead_of_a_stream_ends_the_call() {
    assert!(fallible(0).is_err());
    assert_eq!(calls("fallible"), Calls { errors: 1, ..Calls::default() });
    assert_eq!(drain(fallible(1).unwrap()), 2);
    assert_eq!(calls("fallible"), Calls { errors: 2, ..Calls::default() });
    assert_eq!(counted("fallible").error_kinds, [("cut".into(), 1), ("refused".into(), 1)]);

    assert_eq!(ready(fallible_later(0)).err(), Some(Failure::Refused));
    assert_eq!(drain(ready(fallible_later(3)).unwrap()), 2);
    assert_eq!(calls("fallible_later"), Calls { ok: 1, errors: 1, ..Calls::default() });
    assert_eq!(counted("fallible_later").error_kinds, [("cut".into(), 0), ("refused".into(), 1)]);
}

struct Store(u32);

trait Source {
    fn rows(&self) -> BoxStream<'_, u32>;
}

impl Source for Store {
    #[instrumented(ends_with = "stream")]
    fn rows(&self) -> BoxStream<'_, u32> {
        Box::pin(numbers(self.0))
    }
}

#[instrumented(labels(tier = "gold"))]
impl Store {
    #[instrumented(ends_with = "stream")]
    fn spelled(&self, more: u32) -> Pin<Box<dyn Stream<Item = u32> + Send + '_>> {
        if more == 0 {
            return Box::pin(numbers(self.0));
        }
        Box::pin(numbers(self.0 + more))
    }

    #[instrumented(ends_with = "stream")]
    fn fallible(&self) -> Result<BoxStream<'_, u32>, Failure> {
        if self.0 == 0 { Err(Failure::Refused) } else { Ok(Box::pin(numbers(self.0))) }
    }

    #[instrumented(ends_with = "stream")]
    async fn later(&self) -> std::io::Result<BoxStream<'_, u32>> {
        Ok(Box::pin(numbers(self.0)))
    }

    #[instrumented(ends_with = "stream")]
    fn future(&self) -> impl Future<Output = impl Stream<Item = u32> + use<>> + Send + use<> {
        std::future::ready(numbers(self.0))
    }

    #[instrumented(ends_with = "stream")]
    fn boxed_future(&self) -> Pin<Box<dyn Future<Output = BoxStream<'_, u32>> + Send + '_>> {
        Box::pin(async { Box::pin(numbers(self.0)) as BoxStream<'_, u32> })
    }

    fn other(&self) -> u32 {
        self.0
    }
}

#[test]
fn streams_and_futures_may_be_boxed() {
    let store = Store(2);
    assert_eq!(drain(store.rows()), 2);
    assert_eq!(calls("<Store as Source>::rows"), OK);
    assert_eq!((drain(store.spelled(0)), drain(store.spelled(1))), (2, 3));
    assert_eq!(calls("Store::spelled"), Calls { ok: 2, ..Calls::default() });
    assert_eq!(drain(store.fallible().unwrap()), 2);
    assert!(Store(0).fallible().is_err());
    assert_eq!(calls("Store::fallible"), Calls { ok: 1, errors: 1, ..Calls::default() });
    assert_eq!(drain(ready(store.later()).unwrap()), 2);
    assert_eq!(calls("Store::later"), OK);
    assert_eq!(drain(ready(store.future())), 2);
    assert_eq!(calls("Store::future"), OK);
    assert_eq!(drain(ready(store.boxed_future())), 2);
    assert_eq!(calls("Store::boxed_future"), OK);
    assert_eq!(store.other(), 2);
    assert_eq!(counted("Store::other").cancelled_before_first_item(), None, "it ends when it returns");
}

#[instrumented(ends_with = |call, rows| -> BoxStream<'static, u32> { Box::pin(call.stream(rows)) })]
fn by_closure() -> BoxStream<'static, u32> {
    Box::pin(numbers(2))
}

fn keep<S: Stream<Item = Result<u32, Failure>>>(call: Call, stream: S) -> impl Stream<Item = S::Item> {
    call.try_stream(stream)
}

#[instrumented(ends_with = keep)]
fn by_function() -> impl Stream<Item = Result<u32, Failure>> {
    script([Item(Err(Failure::Cut)), End])
}

#[instrumented(ends_with = Call::stream)]
#[track_caller]
fn by_method() -> impl Stream<Item = Result<u32, Failure>> {
    assert_eq!(std::panic::Location::caller().line(), CALLED_AT);
    script([Item(Err(Failure::Cut)), End])
}

const CALLED_AT: u32 = line!() + 6;

#[test]
fn a_function_of_the_program_may_put_the_call_into_the_value() {
    assert_eq!(drain(by_closure()), 2);
    assert_eq!(calls("by_closure"), OK);
    let stream = by_method(); // `CALLED_AT`
    assert_eq!((drain(by_function()), drain(stream)), (1, 1));
    assert_eq!(calls("by_function"), Calls { errors: 1, ..Calls::default() });
    assert_eq!(calls("by_method"), OK, "`Call::stream` does not look at items");
}

#[instrumented(ends_with = "stream", error_if = |stream: &Script<u32>| stream.0.len() > 2)]
fn decided(count: u32) -> impl Stream<Item = u32> + Unpin {
    numbers(count)
}

#[instrumented(ends_with = "stream", ok_if = |_| panic!("on purpose"))]
async fn cannot_decide() -> Result<impl Stream<Item = u32>, Failure> {
    Ok(numbers(1))
}

#[instrumented(ends_with = "stream", ok_if = |_| true, error_kind = |_| "failed")]
fn never_an_error(fail: bool) -> Result<impl Stream<Item = u32>, u32> {
    if fail { Err(1) } else { Ok(numbers(1)) }
}

#[instrumented(ends_with = "stream", error_kind = |number| if *number == 1 { "one" } else { "more" })]
async fn kinds_by(fail: u32) -> Result<impl Stream<Item = u32>, u32> {
    if fail > 0 { Err(fail) } else { Ok(numbers(1)) }
}

#[test]
fn predicates_see_what_the_function_returned() {
    assert_eq!((drain(decided(1)), drain(decided(2))), (1, 2));
    drop(decided(2));
    assert_eq!(
        calls("decided"),
        Calls { ok: 1, errors: 2, ..Calls::default() },
        "an error, also if it is dropped"
    );
    assert!(catch_unwind(|| drop(ready(cannot_decide()))).is_err());
    assert_eq!(calls("cannot_decide"), Calls { panics: 1, ..Calls::default() });
    assert!(never_an_error(true).is_err());
    assert_eq!(calls("never_an_error"), OK);
    assert!(ready(kinds_by(1)).is_err());
    assert_eq!(counted("kinds_by").error_kinds, [("one".into(), 1)]);
}

static OWN: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::from_secs(10)));

#[instrumented(
    ends_with = "stream", name = "labelled", registry = &OWN, labels(kind = "rows", tenant = tenant),
    max_label_sets = 2, sample = 4, buckets = [1.0]
)]
fn with_every_option(tenant: &str) -> impl Stream<Item = u32> + Unpin + use<> {
    script([Item(1), End])
}

#[test]
fn labels_registries_and_sampling_are_those_of_the_call() {
    for tenant in ["a", "b", "c", "a"] {
        assert_eq!(drain(with_every_option(tenant)), 1);
    }
    let mut stream = with_every_option("b");
    assert!(next(&mut stream).is_ready());
    drop(stream);
    let snapshot = OWN.snapshot_all();
    let sets = snapshot.functions_named("labelled").into_iter().map(|set| {
        let cancelled = (set.cancelled_before_first_item(), set.cancelled_after_first_item());
        (set.labels[1].1.as_str(), set.ok, cancelled, set.timed())
    });
    let sets: Vec<_> = sets.collect();
    let (none, late) = ((Some(0), Some(0)), (Some(0), Some(1)));
    assert_eq!(sets, [("__overflow__", 1, none, 1), ("a", 2, none, 1), ("b", 1, late, 1)]);
}
