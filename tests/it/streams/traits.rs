//! What a stream keeps when it holds a call: auto traits, sizes, whether it is fused; and what the compiler infers of it.

use super::*;
use futures_core::stream::FusedStream;
use std::marker::PhantomData;
use std::panic::UnwindSafe;
use std::rc::Rc;
use tachometer::call::Instrumented;

fn numbers() -> Script<u32> {
    script([Item(1), Item(2), End])
}

#[instrumented(ends_with = "stream")]
fn shared() -> impl Stream<Item = u32> + Send + Sync + Unpin + UnwindSafe {
    numbers()
}

#[instrumented(ends_with = "stream")]
async fn shared_later() -> impl Stream<Item = u32> {
    numbers()
}

/// Whether `T` is `Send` and `Unpin`: an inherent constant takes precedence.
trait Lacks {
    const HAS: bool = false;
}

struct Has<T>(PhantomData<T>);

impl<T> Lacks for Has<T> {}

impl<T: Send + Unpin> Has<T> {
    const HAS: bool = true;
}

struct Pinned(std::marker::PhantomPinned);

const _: () = {
    assert!(Has::<Instrumented<Script<u32>>>::HAS);
    assert!(!Has::<Instrumented<Script<Rc<u32>>>>::HAS);
    assert!(!Has::<Instrumented<Pinned>>::HAS);
};

fn traits<T: Send + Sync + Unpin + UnwindSafe>(_: &T) {}

fn future_traits<T: Send + Sync + UnwindSafe>(_: &T) {}

#[test]
fn the_stream_has_the_traits_and_the_sizes_of_the_one_inside() {
    let stream = shared();
    traits(&stream);
    assert_eq!(stream.size_hint(), (3, Some(4)));
    future_traits(&shared_later());
    traits(&ready(shared_later()));
    let _ = Pinned(std::marker::PhantomPinned);
}

struct Fused(bool);

impl Stream for Fused {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u32>> {
        self.0 = true;
        Poll::Ready(None)
    }
}

impl FusedStream for Fused {
    fn is_terminated(&self) -> bool {
        self.0
    }
}

#[instrumented(ends_with = "stream")]
fn fused() -> impl FusedStream<Item = u32> + Unpin {
    Fused(false)
}

#[test]
fn a_fused_stream_stays_one() {
    let mut stream = fused();
    assert!(!stream.is_terminated());
    assert_eq!(next(&mut stream), Poll::Ready(None));
    assert!(stream.is_terminated());
}

/// The type of the items is that of the return type, and of nothing in the body.
#[instrumented(ends_with = "stream")]
fn inferred() -> impl Stream<Item = u32> + Unpin {
    script([End])
}

#[instrumented(ends_with = "stream")]
fn inferred_in_a_result() -> Result<impl Stream<Item = Option<u32>> + Unpin, u32> {
    Ok(script([Item(None), End]))
}

#[instrumented(ends_with = "stream")]
fn inferred_in_a_box() -> Pin<Box<impl Stream<Item = (u32, &'static str)>>> {
    Box::pin(script([End]))
}

#[test]
fn the_return_type_tells_the_type_of_the_items() {
    assert_eq!(next(&mut inferred()), Poll::Ready(None));
    assert_eq!(next(&mut inferred_in_a_result().expect("it is `Ok`")), Poll::Ready(Some(None)));
    assert_eq!(next(&mut inferred_in_a_box()), Poll::Ready(None));
}
