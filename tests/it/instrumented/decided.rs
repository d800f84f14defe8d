//! `ok_if` and `error_if`: the annotation says what an error is.

use super::*;
use std::future::ready;
use std::panic::Location;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "a predicate sees the value by reference")]
fn is_even(number: &u32) -> bool {
    number.is_multiple_of(2)
}

#[instrumented(ok_if = Option::is_some)]
fn found(number: Option<u32>) -> Option<u32> {
    number
}

#[instrumented(error_if = |number| number % 2 == 0)]
fn odd(number: u32) -> u32 {
    number
}

/// What it says goes before the type.
#[instrumented(error_if = |result| matches!(result, Err(3)))]
fn three_is_an_error(result: Result<u32, u32>) -> Result<u32, u32> {
    let number = result?;
    if number == 1 {
        return Ok(2);
    }
    Ok(number)
}

#[instrumented(ok_if = |()| false)]
fn nothing() {}

#[instrumented(ok_if = |line| line.starts_with('#'))]
fn first_line<'a>(text: &'a str, _: &str) -> &'a str {
    text.lines().next().unwrap_or_default()
}

#[instrumented(ok_if = |values| values.len() == LIMIT)]
fn generic<T: Clone, const LIMIT: usize>(values: &[T]) -> Vec<T> {
    values.to_vec()
}

#[test]
fn any_type_can_be_an_error() {
    assert_eq!((found(Some(1)), found(None)), (Some(1), None));
    assert_eq!(outcomes("found"), (1, 1, 0, 0, 0));
    assert_eq!((odd(1), odd(2), odd(3)), (1, 2, 3));
    assert_eq!(outcomes("odd"), (2, 1, 0, 0, 0));
    assert_eq!([Ok(1), Err(3), Err(4)].map(three_is_an_error), [Ok(2), Err(3), Err(4)]);
    assert_eq!(outcomes("three_is_an_error"), (2, 1, 0, 0, 0));
    nothing();
    assert_eq!(outcomes("nothing"), (0, 1, 0, 0, 0));
    assert_eq!((first_line("# a\nb", ""), first_line("", "")), ("# a", ""));
    assert_eq!(outcomes("first_line"), (1, 1, 0, 0, 0));
    assert_eq!((generic::<_, 2>(&["a", "b"]), generic::<_, 2>(&[1])), (vec!["a", "b"], vec![1]));
    assert_eq!(outcomes("generic"), (1, 1, 0, 0, 0));
}

#[instrumented(ok_if = |function| function("four") == 4)]
fn opaque(more: usize) -> impl Fn(&str) -> usize {
    move |text: &str| text.len() + more
}

struct Shelf(Vec<u32>);

#[instrumented]
impl Shelf {
    #[instrumented(ok_if = |books| books.size_hint().0 > 0)]
    fn books(&self) -> impl Iterator<Item = &u32> {
        self.0.iter()
    }

    #[instrumented(error_if = Option::is_none)]
    async fn take(&mut self) -> Option<u32> {
        self.0.pop()
    }
}

#[test]
fn values_whose_type_has_no_name_can_be_errors() {
    assert_eq!((opaque(0)("a"), opaque(1)("a")), (1, 2));
    assert_eq!(outcomes("opaque"), (1, 1, 0, 0, 0));
    assert_eq!(Shelf(vec![3]).books().chain(Shelf(vec![]).books()).count(), 1);
    assert_eq!(outcomes("Shelf::books"), (1, 1, 0, 0, 0));
}

#[instrumented(ok_if = |line| *line > 0)]
#[track_caller]
fn line() -> u32 {
    Location::caller().line()
}

#[test]
fn the_caller_stays_the_caller() {
    assert_eq!(line(), line!());
    assert_eq!(outcomes("line"), (1, 0, 0, 0, 0));
}

#[instrumented(ok_if = is_even)]
async fn even(number: u32) -> u32 {
    number
}

#[instrumented(ok_if = is_even)]
fn made(number: u32) -> impl Future<Output = u32> {
    ready(number)
}

#[instrumented(error_if = is_even)]
fn boxed<'a>(number: &'a u32) -> Pin<Box<dyn Future<Output = u32> + Send + 'a>> {
    Box::pin(async move { *number })
}

#[test]
fn outputs_of_futures_can_be_errors() {
    let mut shelf = Shelf(vec![3]);
    assert_eq!(poll(pin!(shelf.take())), Poll::Ready(Some(3)));
    assert_eq!(poll(pin!(shelf.take())), Poll::Ready(None));
    assert_eq!(outcomes("Shelf::take"), (1, 1, 0, 0, 0));
    for number in [1, 2, 3] {
        assert_eq!(poll(pin!(even(number))), Poll::Ready(number));
        assert_eq!(poll(pin!(made(number))), Poll::Ready(number));
        assert_eq!(poll(boxed(&number).as_mut()), Poll::Ready(number));
    }
    assert_eq!(outcomes("even"), (1, 2, 0, 0, 0));
    assert_eq!(outcomes("made"), (1, 2, 0, 0, 0));
    assert_eq!(outcomes("boxed"), (2, 1, 0, 0, 0));
}

#[instrumented]
async fn by_type(number: u32) -> u32 {
    number
}

#[expect(clippy::unused_async, reason = "its future is what is looked at")]
async fn plain(number: u32) -> u32 {
    number
}

#[test]
fn deciding_takes_no_room_in_a_future() {
    assert_eq!(size_of_val(&even(1)), size_of_val(&by_type(1)));
    assert!(size_of_val(&even(1)) <= size_of_val(&plain(1)) + 64);
}

#[instrumented(ok_if = |_| panic!("undecided"))]
fn undecided() -> u32 {
    1
}

#[instrumented(error_if = |_| panic!("undecided"))]
async fn undecided_later() -> u32 {
    1
}

#[test]
fn a_panic_while_deciding_is_a_panic_of_the_call() {
    catch_unwind(undecided).unwrap_err();
    assert_eq!(outcomes("undecided"), (0, 0, 1, 0, 0));
    catch_unwind(|| poll(pin!(undecided_later()))).unwrap_err();
    assert_eq!(outcomes("undecided_later"), (0, 0, 1, 0, 0));
}
