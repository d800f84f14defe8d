//! What callers and bodies could tell of an annotation, and cannot.
#![allow(clippy::unnecessary_wraps, clippy::unused_self, clippy::unused_async, reason = "shapes, not sense")]

use super::*;
use std::backtrace::Backtrace;
use std::cell::Cell;
use std::error::Error;
use std::panic::{Location, UnwindSafe};
use std::rc::Rc;

macro_rules! both {
    ($($item:item)*) => {
        mod plain {
            use super::*;
            $($item)*
        }
        mod annotated {
            use super::*;
            use tachometer::instrumented as the_annotation;
            $(#[the_annotation] $item)*
        }
    };
}

pub struct One(Cell<u8>);
pub struct Other(Cell<u8>);

both! {
    pub async fn of_a_number(_: u8) {}

    pub async fn of_what_is_not_send(_: Rc<u8>) {}

    pub async fn of_what_is_not_sync(_unused: Cell<u8>) {
        forever().await;
    }

    pub async fn of_a_mutable_reference(_unused: &mut u8) {}

    pub fn returned() -> impl Future<Output = u8> + Unpin {
        std::future::ready(1)
    }

    #[inline(never)]
    pub fn frames(text: &str) -> Result<usize, String> {
        Ok(frames_now() + text.len())
    }

    #[inline(never)]
    pub fn frames_in_place() -> (impl Sized, usize) {
        ((), frames_now())
    }
}

impl One {
    async fn uses_no_self(&self) {}
}

#[instrumented]
impl Other {
    async fn uses_no_self(&self) {}
}

/// Whether a value's type is of a trait.
macro_rules! is {
    ($value:expr, $trait:path) => {{
        struct Probe<T>(T);
        #[allow(dead_code, reason = "the other of the two `is`")]
        trait Not {
            fn is(&self) -> bool {
                false
            }
        }
        impl<T> Not for Probe<T> {}
        #[allow(dead_code, reason = "as above")]
        impl<T: $trait> Probe<T> {
            fn is(&self) -> bool {
                true
            }
        }
        Probe($value).is()
    }};
}

macro_rules! auto_traits {
    ($value:expr) => {
        [is!($value, Send), is!($value, Sync), is!($value, Unpin), is!($value, UnwindSafe)]
    };
}

#[test]
fn futures_have_the_auto_traits_they_had() {
    macro_rules! of_all {
        ($module:ident, $method:expr) => {
            [
                auto_traits!($module::of_a_number(1)),
                auto_traits!($module::of_what_is_not_send(Rc::new(1))),
                auto_traits!($module::of_what_is_not_sync(Cell::new(1))),
                auto_traits!($module::of_a_mutable_reference(&mut 1)),
                auto_traits!($module::returned()),
                auto_traits!($method),
            ]
        };
    }
    let (one, other) = (One(Cell::new(1)), Other(Cell::new(1)));
    assert_eq!((one.0.get(), other.0.get()), (1, 1));
    let plain = of_all!(plain, one.uses_no_self());
    assert_eq!(of_all!(annotated, other.uses_no_self()), plain);
    assert_eq!(plain[0], [true, true, false, true]);
    assert_eq!(plain[5], [false, false, false, false]);
}

fn frames_now() -> usize {
    let is_frame =
        |line: &&str| line.trim_start().split_once(": ").is_some_and(|(at, _)| at.parse::<u32>().is_ok());
    Backtrace::force_capture().to_string().lines().filter(is_frame).count()
}

#[test]
fn a_call_adds_at_most_one_frame() {
    let (annotated, plain) = (annotated::frames("").unwrap(), plain::frames("").unwrap());
    assert!(annotated <= plain + 1, "{annotated} for {plain}");
    let (annotated, plain) = (annotated::frames_in_place().1, plain::frames_in_place().1);
    assert!(annotated <= plain, "{annotated} for {plain}");
}

struct Place;

impl Place {
    #[instrumented]
    #[track_caller]
    fn line(&self) -> u32 {
        Location::caller().line()
    }

    #[instrumented]
    #[track_caller]
    fn opaque_line(&self) -> impl PartialEq<u32> {
        Location::caller().line()
    }
}

#[test]
fn methods_see_their_caller() {
    assert_eq!(Place.line(), line!());
    assert!(Place.opaque_line() == line!());
}

#[instrumented]
fn boxed_error(fail: bool) -> impl Future<Output = Result<u8, Box<dyn Error>>> {
    async move { if fail { Err("failed".into()) } else { Ok(1) } }
}

#[instrumented]
fn boxed_opaque(fail: bool) -> Pin<Box<impl Future<Output = Result<u8, u32>>>> {
    Box::pin(async move { if fail { Err(0) } else { Ok(1) } })
}

#[instrumented]
fn gives_away(number: &mut (u8, u8)) -> impl Future<Output = &mut u8> {
    std::future::ready(&mut number.1)
}

#[test]
fn the_body_of_a_returned_future_knows_its_output() {
    for fail in [true, false] {
        assert!(poll(pin!(boxed_error(fail))).map(|result| result.is_err() == fail) == Poll::Ready(true));
        assert!(poll(boxed_opaque(fail).as_mut()).map(|result| result.is_err() == fail) == Poll::Ready(true));
    }
    assert_eq!(outcomes("boxed_error"), (1, 1, 0, 0, 0));
    assert_eq!(outcomes("boxed_opaque"), (1, 1, 0, 0, 0));
    let mut numbers = (1, 2);
    assert_eq!(poll(pin!(gives_away(&mut numbers))), Poll::Ready(&mut 2));
    assert_eq!(outcomes("gives_away"), (1, 0, 0, 0, 0));
}

mod lint_levels {
    #![deny(warnings, unfulfilled_lint_expectations, clippy::all, clippy::shadow_same, clippy::shadow_reuse)]
    #![deny(
        unused_qualifications,
        unused_results,
        let_underscore_drop,
        single_use_lifetimes,
        unused_lifetimes
    )]

    use super::instrumented;

    #[instrumented]
    fn expected(#[expect(unused_variables)] unused: u8, #[expect(clippy::ptr_arg)] list: &Vec<u8>) -> usize {
        list.len()
    }

    #[instrumented]
    #[must_use]
    async fn must_be_used(number: u8, (_, text): (u8, &str)) -> usize {
        text.len() + usize::from(number)
    }

    #[test]
    fn the_expansion_raises_no_lint_and_meets_what_is_expected() {
        assert_eq!(expected(1, &vec![2]), 1);
        assert!(super::poll(std::pin::pin!(must_be_used(1, (2, "three")))).is_ready());
    }
}

mod foreign {
    use super::*;

    /// # Safety
    /// The address can be read.
    #[instrumented]
    unsafe extern "C" fn read_foreign(address: *const u8) -> u8 {
        // SAFETY: the caller says so.
        unsafe { *address }
    }

    // SAFETY: nothing else has this name.
    #[instrumented]
    #[unsafe(no_mangle)]
    pub extern "C" fn tachometer_test_unmangled(number: u8) -> u8 {
        number
    }

    /// # Safety
    /// Whoever implements it is trusted.
    unsafe trait Trust {
        /// # Safety
        /// None is needed.
        unsafe fn trust(&self) -> u8;
    }

    // SAFETY: none is needed.
    #[instrumented]
    unsafe impl Trust for u8 {
        unsafe fn trust(&self) -> u8 {
            *self
        }
    }

    #[test]
    fn foreign_and_unsafe_functions_are_counted() {
        unsafe extern "C" {
            #[link_name = "tachometer_test_unmangled"]
            safe fn by_its_name(number: u8) -> u8;
        }
        let value = 3;
        // SAFETY: `value` lives on.
        assert_eq!(unsafe { read_foreign(&raw const value) }, 3);
        assert_eq!(by_its_name(4), 4);
        // SAFETY: none is needed.
        assert_eq!(unsafe { value.trust() }, 3);
        for name in ["read_foreign", "tachometer_test_unmangled", "<u8 as Trust>::trust"] {
            assert_eq!(outcomes(name), (1, 0, 0, 0, 0));
        }
    }
}
