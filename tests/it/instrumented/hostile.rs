//! What surrounds an annotation may have taken every name there is.

#![allow(dead_code, non_camel_case_types, non_upper_case_globals, unused_macros)]

struct Ok;
struct Err;
struct Some;
struct None;
struct Option;
struct Result;
struct Box;
struct String;
trait Drop {}
trait Future {}
trait FnOnce {}
trait EndAny {
    fn end(self) -> u8;
}
impl<T> EndAny for T {
    fn end(self) -> u8 {
        7
    }
}
mod std {}
mod core {}
macro_rules! panic {
    () => {};
}
macro_rules! module_path {
    () => {
        "wrong"
    };
}

pub mod facade {
    pub use ::tachometer as renamed;
}

#[facade::renamed::instrumented(crate = facade::renamed, slo(success = 99.9, latency = (10, 99.9)), buckets = [10.0])]
fn result(
    call: u32,
    site: u32,
    value: u32,
    __call: u32,
    __returned: u32,
) -> ::core::result::Result<u32, u32> {
    let _ = call.end();
    ::core::result::Result::Err(call + site + value + __call + __returned)
}

#[::tachometer::instrumented(slo(success = 99.9, latency = (1e-6, 99)))]
async fn future(future: u32, __future: u32, context: u32) -> ::core::result::Result<u32, u32> {
    ::core::result::Result::Err(future + __future + context)
}

trait HoldAny {
    fn hold(self) -> u8;
}
impl<T> HoldAny for T {
    fn hold(self) -> u8 {
        7
    }
}
trait AnyItems {
    fn stream(self) -> u8;
}
impl<T> AnyItems for T {
    fn stream(self) -> u8 {
        7
    }
}

#[facade::renamed::instrumented(crate = facade::renamed, ends_with = "stream", ok_if = |__head| __head.as_ref().err().is_none())]
fn streamed(
    head: bool,
    __head: u32,
    __stream: super::Nothing,
) -> ::core::result::Result<impl ::futures_core::Stream<Item = ::core::result::Result<u32, u32>>, u32> {
    if head { ::core::result::Result::Ok(__stream) } else { ::core::result::Result::Err(__head) }
}

#[::tachometer::instrumented(ends_with = |__call, __value: u32| { __call.ok(); __value })]
async fn held(call: u32, __call: u32) -> u32 {
    call + __call
}

#[derive(::tachometer::ErrorKind)]
#[error_kind(crate = facade::renamed)]
enum Kinded<T> {
    None,
    #[error_kind(transparent)]
    Some(T),
}

#[derive(::tachometer::ErrorKind)]
#[tachometer(crate = facade::renamed)]
struct KindedToo;

#[facade::renamed::instrumented(crate = facade::renamed)]
fn kinded_too() -> ::core::result::Result<(), KindedToo> {
    ::core::result::Result::Err(KindedToo)
}

#[::tachometer::instrumented]
fn kinded(visit: bool) -> ::core::result::Result<(), Kinded<::core::convert::Infallible>> {
    if visit { ::core::result::Result::Err(Kinded::None) } else { ::core::result::Result::Ok(()) }
}

fn piece(value: u32, site: u32) -> ::core::result::Result<u32, u32> {
    const SITE: u32 = 1;
    ::tachometer::time!("hostile piece", ::core::result::Result::Err(value + site + SITE))
}

#[::tachometer::instrumented(labels(site = site, values = __values, fixed = "x", first = first))]
fn labels(site: u32, __site: u32, __values: u32, [first, ..]: [u32; 2]) -> ::core::result::Result<u32, u32> {
    ::core::result::Result::Ok(site + __site + first)
}

#[test]
fn nothing_is_taken_for_ours() {
    assert_eq!(result(1, 2, 3, 4, 5), ::core::result::Result::Err(15));
    assert_eq!(piece(1, 2), ::core::result::Result::Err(4));
    assert_eq!(super::outcomes("hostile piece"), (0, 1, 0, 0, 0));
    assert!(kinded(true).is_err());
    assert_eq!(super::counted("kinded").error_kinds[0].1, 1);
    assert!(kinded_too().is_err());
    assert_eq!(super::counted("kinded_too").error_kinds[0].1, 1);
    let polled = super::poll(::core::pin::pin!(future(1, 2, 3)));
    assert_eq!(polled, ::core::task::Poll::Ready(::core::result::Result::Err(6)));
    assert_eq!(super::outcomes("result"), (0, 1, 0, 0, 0));
    assert_eq!(super::outcomes("future"), (0, 1, 0, 0, 0));
    assert_eq!(super::counted("result").module, "it::instrumented::hostile");
    drop(streamed(true, 1, super::Nothing));
    assert!(streamed(false, 1, super::Nothing).is_err());
    assert_eq!(super::outcomes("streamed"), (0, 1, 0, 1, 0));
    assert_eq!(super::poll(::core::pin::pin!(held(1, 2))), ::core::task::Poll::Ready(3));
    assert_eq!(super::outcomes("held"), (1, 0, 0, 0, 0));
    assert_eq!(labels(1, 2, 3, [4, 5]), ::core::result::Result::Ok(7));
    let values: ::std::vec::Vec<_> =
        super::counted("labels").labels.into_iter().map(|(_, value)| value).collect();
    assert_eq!(values, ["1", "3", "x", "4"]);
}

mod items_of_every_name {
    use super::outcome_of;

    macro_rules! concat {
        () => {};
    }
    macro_rules! line {
        () => {};
    }
    macro_rules! stringify {
        () => {};
    }
    macro_rules! compile_error {
        () => {};
    }

    mod tachometer {}
    mod alloc {}
    struct bool;
    struct str;
    struct u8;
    struct u64;
    struct usize;
    struct drop;
    struct Default;
    struct Fn;
    struct Send;
    struct Sized;
    struct Pin;
    static value: i32 = 1;
    static function: i32 = 1;
    static future: i32 = 1;
    static site: i32 = 1;

    #[::tachometer::instrumented(labels(a = x), buckets = [0.1], slo(latency = (0.1, 99.0), success = 99.0), sample = 2, registry = ::tachometer::global())]
    fn sync<F, T, R, S, E, K, P, N>(
        x: i32,
        call: F,
        _: (T, R, S, K, P, N),
        e: E,
    ) -> ::core::result::Result<F, E> {
        if x == 0 { ::core::result::Result::Ok(call) } else { ::core::result::Result::Err(e) }
    }

    #[::tachometer::instrumented(ok_if = |x| *x > 0, time = "busy")]
    async fn later(__site: i32, __future: i32, (__argument_2, _): (i32, i32)) -> i32 {
        __site + __future + __argument_2
    }

    #[::tachometer::instrumented]
    fn opaque((__argument_0, x): (i32, i32)) -> (impl ::core::marker::Sized, i32) {
        (__argument_0, x)
    }

    #[test]
    fn items_of_every_name_are_not_taken_for_ours() {
        let rest = || (1, 2, 3, 4, 5, 6);
        assert!(sync(0, 1, rest(), 2).is_ok() && sync(0, 1, rest(), 2).is_ok());
        assert_eq!(outcome_of("sync"), (2, 0));
        let polled = super::super::poll(::core::pin::pin!(later(1, 2, (3, 4))));
        assert_eq!((polled, opaque((1, 2)).1), (::core::task::Poll::Ready(6), 2));
        assert_eq!((outcome_of("later"), outcome_of("opaque")), ((1, 0), (1, 0)));
        assert_eq!(::tachometer::time!("any name", value + function + future + site), 4);
        assert_eq!(outcome_of("any name"), (1, 0));
    }
}

/// ok, errors, of a function of `items_of_every_name`.
fn outcome_of(name: &str) -> (u64, u64) {
    let name = ::std::format!("{}::items_of_every_name::{name}", "it::instrumented::hostile");
    let function = super::counted(&name);
    (function.ok, function.errors)
}

mod methods_of_every_value {
    /// Methods that every value has.
    trait Everything: ::core::marker::Sized {
        fn end(self) -> u32 {
            0
        }

        fn with_kinds(self) -> u32 {
            0
        }
    }

    impl<T> Everything for T {}

    #[::tachometer::instrumented]
    fn everything(number: u32) -> u32 {
        number + number.end()
    }

    #[::tachometer::instrumented]
    async fn everything_later(number: u32) -> u32 {
        number + number.with_kinds()
    }

    #[test]
    fn methods_of_every_value_are_not_taken_for_ours() {
        assert_eq!(everything(3), 3);
        let mut later = ::std::boxed::Box::pin(everything_later(4));
        assert_eq!(super::super::poll(later.as_mut()), ::core::task::Poll::Ready(4));
        assert_eq!(super::super::outcomes("everything"), (1, 0, 0, 0, 0));
        assert_eq!(super::super::outcomes("everything_later"), (1, 0, 0, 0, 0));
    }
}
