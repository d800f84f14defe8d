//! Calls that end with an HTTP body, as a server treats it.

use super::*;
use http_body::{Body, Frame, SizeHint};
use hyper::HeaderMap;
use hyper::body::Bytes;
use tachometer::Call;

/// Frames of a [`Script`]: `None` is trailers, and an error is any other thing.
struct Told {
    script: Script<Result<Option<&'static str>, ()>>,
    /// Whether it knows its end.
    knows: Knows,
}

#[derive(Clone, Copy, PartialEq)]
enum Knows {
    Nothing,
    End,
    Size,
}

impl Body for Told {
    type Data = Bytes;
    type Error = ();

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ()>>> {
        let frame = |data: Option<&'static str>| match data {
            Some(data) => Frame::data(data.into()),
            None => Frame::trailers(HeaderMap::new()),
        };
        Pin::new(&mut self.script).poll_next(context).map(|item| item.map(|item| item.map(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.knows == Knows::End && self.script.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        if self.knows == Knows::Size && self.script.0.is_empty() {
            SizeHint::with_exact(0)
        } else {
            SizeHint::default()
        }
    }
}

/// Declares a function of its own for each test, which returns the body it is given.
macro_rules! through {
    ($name:ident) => {
        #[instrumented(ends_with = Call::body)]
        fn $name(body: Told) -> impl Body<Data = Bytes, Error = ()> + Unpin {
            body
        }
    };
}

fn told<const N: usize>(knows: Knows, steps: [Step<Result<Option<&'static str>, ()>>; N]) -> Told {
    Told { script: script(steps), knows }
}

type PolledFrame<B> = Poll<Option<Result<Frame<<B as Body>::Data>, <B as Body>::Error>>>;

fn frame<B: Body + Unpin>(body: &mut B) -> PolledFrame<B> {
    Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop()))
}

const DATA: Step<Result<Option<&str>, ()>> = Item(Ok(Some("data")));

#[test]
fn a_body_ends_with_its_last_frame() {
    through!(body_ends);
    let mut body = body_ends(told(Knows::Nothing, [Wait, DATA, End]));
    assert!(frame(&mut body).is_pending());
    assert!(matches!(frame(&mut body), Poll::Ready(Some(Ok(_)))));
    assert_eq!(calls("body_ends"), Calls { in_flight: 1, ..Calls::default() });
    assert!(matches!(frame(&mut body), Poll::Ready(None)));
    assert_eq!(calls("body_ends"), Calls { ok: 1, ..Calls::default() });
}

#[test]
fn a_body_that_knows_its_end_is_not_polled_again_and_ends_before() {
    through!(knows);
    for how in [Knows::End, Knows::Size] {
        let mut body = knows(told(how, [DATA, DATA]));
        assert!(frame(&mut body).is_ready());
        assert_eq!(calls("knows").in_flight, 1);
        assert!(frame(&mut body).is_ready());
        assert_eq!(calls("knows").in_flight, 0);
    }
    assert_eq!(calls("knows"), Calls { ok: 2, ..Calls::default() });
    drop(knows(told(Knows::End, [])));
    drop(knows(told(Knows::Size, [])));
    assert_eq!(calls("knows"), Calls { ok: 4, ..Calls::default() }, "an empty body is never polled");
}

#[test]
fn trailers_are_the_end() {
    through!(trailers);
    let mut body = trailers(told(Knows::Nothing, [DATA, Item(Ok(None))]));
    assert!(frame(&mut body).is_ready() && frame(&mut body).is_ready());
    drop(body);
    assert_eq!(calls("trailers"), Calls { ok: 1, ..Calls::default() });
}

#[test]
fn an_error_is_the_end() {
    through!(fails);
    let mut body = fails(told(Knows::End, [DATA, Item(Err(())), Wait]));
    assert!(frame(&mut body).is_ready());
    assert!(matches!(frame(&mut body), Poll::Ready(Some(Err(())))));
    assert_eq!(calls("fails"), Calls { errors: 1, ..Calls::default() });
    drop(body);
    assert_eq!(calls("fails"), Calls { errors: 1, ..Calls::default() });
}

#[test]
fn a_body_that_is_dropped_or_panics_ends_as_a_stream_does() {
    through!(ends_early);
    drop(ends_early(told(Knows::End, [DATA])));
    let mut body = ends_early(told(Knows::End, [DATA, DATA]));
    assert!(frame(&mut body).is_ready());
    drop(body);
    let mut body = ends_early(told(Knows::End, [Panic]));
    assert!(catch_unwind(AssertUnwindSafe(|| drop(frame(&mut body)))).is_err());
    drop(body);
    let expected = Calls { panics: 1, cancelled_early: 1, cancelled_late: 1, ..Calls::default() };
    assert_eq!(calls("ends_early"), expected);
}

#[test]
fn hints_are_those_of_the_body_inside() {
    through!(hints);
    let mut body = hints(told(Knows::End, [DATA]));
    assert!(!body.is_end_stream());
    assert_eq!(body.size_hint().exact(), None);
    assert!(frame(&mut body).is_ready() && body.is_end_stream());
    assert_eq!(hints(told(Knows::Size, [])).size_hint().exact(), Some(0));
}
