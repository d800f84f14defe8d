//! How sync calls end.

use super::*;

type Renamed<T> = std::result::Result<T, String>;

#[instrumented]
fn aliased(fail: bool) -> Renamed<u32> {
    if fail { Err("failed".into()) } else { Ok(1) }
}

#[instrumented]
fn question_mark(text: &str) -> std::io::Result<u8> {
    let number = text.parse().map_err(std::io::Error::other)?;
    Ok(number)
}

#[instrumented]
fn panics(text: &str) -> Result<u32, String> {
    panic!("{text}")
}

#[instrumented]
fn panics_in_place(text: &'static str) -> impl Iterator<Item = u32> {
    assert!(text.is_empty(), "{text}");
    std::iter::once(1)
}

#[instrumented]
fn option() -> Option<u32> {
    None
}

#[instrumented]
fn hidden<T>(value: T) -> T {
    value
}

/// No `Result`, whatever it is called.
#[allow(dead_code)]
enum Result2 {
    Err,
}

#[instrumented]
fn of_its_own_type() -> Result2 {
    Result2::Err
}

#[test]
fn every_way_to_end_is_told_from_the_value() {
    let _ = (aliased(true), aliased(false), aliased(true));
    assert_eq!(outcomes("aliased"), (1, 2, 0, 0, 0));
    let _ = (question_mark("1"), question_mark("x"));
    assert_eq!(outcomes("question_mark"), (1, 1, 0, 0, 0));
    assert!(catch_unwind(|| panics("on purpose")).is_err());
    assert_eq!(outcomes("panics"), (0, 0, 1, 0, 0));
    assert!(catch_unwind(|| panics_in_place("on purpose").count()).is_err());
    assert_eq!(panics_in_place("").count(), 1);
    assert_eq!(outcomes("panics_in_place"), (1, 0, 1, 0, 0));
    let _ = (option(), hidden(Err::<(), ()>(())), of_its_own_type());
    assert_eq!(outcomes("option"), (1, 0, 0, 0, 0));
    assert_eq!(outcomes("hidden"), (1, 0, 0, 0, 0));
    assert_eq!(outcomes("of_its_own_type"), (1, 0, 0, 0, 0));
}

struct CallsWhenDropped;

impl Drop for CallsWhenDropped {
    fn drop(&mut self) {
        let _ = aliased_in_drop();
        let _ = in_place_in_drop();
    }
}

#[instrumented]
fn aliased_in_drop() -> Renamed<u32> {
    Ok(1)
}

#[instrumented]
fn in_place_in_drop() -> impl Sized {}

#[test]
fn a_call_made_while_unwinding_is_no_panic() {
    let unwound = catch_unwind(|| {
        let _calls = CallsWhenDropped;
        panic!("on purpose");
    });
    assert!(unwound.is_err());
    assert_eq!(outcomes("aliased_in_drop"), (1, 0, 0, 0, 0));
    assert_eq!(outcomes("in_place_in_drop"), (1, 0, 0, 0, 0));
}
