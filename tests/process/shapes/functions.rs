//! Functions.

use std::fmt::Debug;
use std::panic::Location;
use tachometer::{ErrorKind, instrumented};

/// How often [`call`] calls which.
pub(super) const CALLS: &[(&str, u64)] = &[
    ("plain", 1),
    ("nothing", 1),
    ("early", 2),
    ("unsized_values", 1),
    ("unsized_option", 1),
    ("opaque", 1),
    ("opaque_closure", 1),
    ("nested_opaque", 1),
    ("opaque_result", 1),
    ("boxed_closure", 1),
    ("never", 1),
    ("argument_opaque", 1),
    ("generic", 1),
    ("associated", 1),
    ("lifetimes", 1),
    ("patterns", 1),
    ("rebinding", 1),
    ("configured", 1),
    ("inner_items", 1),
    ("inner_items::inner", 1),
    ("foreign", 1),
    ("match", 1),
    ("tracked", 1),
    ("tracked_result", 2),
    ("recursive", 4),
    ("made", 1),
];

/// Calls all of them, and asserts what they return.
pub(super) fn call() {
    assert_eq!(plain(1), 2);
    nothing();
    assert_eq!((early(1), early(0)), (Ok(1), Err("zero".into())));
    assert_eq!(format!("{:?}", unsized_values(true).unwrap()), "1");
    let list = vec![1, 2];
    assert_eq!(unsized_option(&list), Some(&[1, 2][..]));
    assert_eq!(opaque(5).count(), 3);
    assert!(opaque_closure()(""));
    assert_eq!(nested_opaque(4).0.count(), 4);
    assert!(opaque_result(0).is_err());
    assert_eq!(boxed_closure()(" a "), "a");
    assert!(std::panic::catch_unwind(|| never("on purpose")).is_err());
    assert_eq!(argument_opaque([1, 2], 'x'), "'x'3");
    assert_eq!(generic::<_, 2>(&7), [7, 7]);
    assert_eq!(associated([1, 2].into_iter(), 0), 1);
    assert_eq!(lifetimes("", "b"), "b");
    assert_eq!(patterns((1, 2), [3, 4, 5], String::new(), 10), 16);
    let (mut first, mut second) = (vec![], vec![5]);
    assert_eq!(*rebinding(&mut first, &mut second), 5);
    assert_eq!(configured(3), 3);
    assert_eq!(inner_items(), 2);
    assert_eq!(foreign(4), 4);
    assert_eq!(r#match(5), 5);
    assert_eq!(tracked(), line!());
    assert_eq!(tracked_result(true), Err(line!()));
    assert_eq!(tracked_result(false), Ok(line!()));
    assert_eq!(recursive(3), 3);
    assert_eq!(made(1), 1);
}

/// Documented, and still so.
#[instrumented]
#[must_use]
#[inline]
pub fn plain(number: u32) -> u32 {
    number + 1
}

#[instrumented]
fn nothing() {}

#[instrumented]
fn early(number: u32) -> Result<u32, String> {
    if number == 0 {
        return Err("zero".into());
    }
    let parsed: u32 = number.to_string().parse().map_err(|_| "never")?;
    Ok(parsed)
}

#[instrumented]
fn unsized_values(flag: bool) -> Result<Box<dyn Debug>, String> {
    if flag { Ok(Box::new(1)) } else { Ok(Box::new("one")) }
}

/// Public, with kinds.
#[derive(Debug, ErrorKind)]
pub enum Failure<'a, T> {
    /// Has no fields.
    Empty,
    /// Has one.
    #[error_kind("given")]
    Text(&'a str),
    /// Has its own kinds.
    #[error_kind(transparent)]
    Inner {
        /// What is in it.
        inner: T,
    },
}

/// Its error has kinds.
///
/// # Errors
/// Always.
#[instrumented]
pub fn with_kinds(text: &str) -> Result<(), Failure<'_, std::fmt::Error>> {
    match text {
        "" => Err(Failure::Empty),
        "inner" => Err(Failure::Inner { inner: std::fmt::Error }),
        text => Err(Failure::Text(text)),
    }
}

#[instrumented]
#[allow(clippy::ptr_arg, reason = "the value is coerced from it")]
fn unsized_option(list: &Vec<u8>) -> Option<&[u8]> {
    Some(list)
}

#[instrumented(slo(success = 99.9, latency = (0.25, 99.0)))]
fn opaque(limit: u32) -> impl Iterator<Item = u32> {
    (0..limit).filter(|number| number % 2 == 0)
}

#[instrumented]
fn opaque_closure() -> impl Fn(&str) -> bool {
    |text| text.is_empty()
}

#[instrumented]
fn nested_opaque(limit: u32) -> (impl Iterator<Item = u32>, Option<impl Debug>) {
    (0..limit, Some("debug"))
}

#[instrumented]
fn opaque_result(limit: u32) -> Result<impl Iterator<Item = u32>, String> {
    if limit == 0 { Err("none".to_owned()) } else { Ok(0..limit) }
}

#[instrumented]
fn boxed_closure() -> Box<dyn for<'a> Fn(&'a str) -> &'a str> {
    Box::new(|text| text.trim())
}

#[instrumented]
fn never(text: &str) -> ! {
    panic!("{text}")
}

#[instrumented]
fn argument_opaque(numbers: impl IntoIterator<Item = u32>, show: impl Debug) -> String {
    format!("{show:?}{}", numbers.into_iter().sum::<u32>())
}

#[instrumented]
fn generic<T, const N: usize>(value: &T) -> [T; N]
where
    T: Clone + Debug,
{
    std::array::from_fn(|_| value.clone())
}

#[instrumented(slo(success = 99.9, latency = (0.25, 99.0)))]
fn associated<I: Iterator>(mut iterator: I, fallback: <I as Iterator>::Item) -> <I as Iterator>::Item {
    iterator.next().unwrap_or(fallback)
}

#[instrumented]
fn lifetimes<'a, 'b: 'a>(first: &'a str, second: &'b str) -> &'a str {
    if first.is_empty() { second } else { first }
}

#[instrumented]
fn patterns((left, right): (u32, u32), [first, .., _]: [u32; 3], _: String, mut sum: u32) -> u32 {
    sum += left + right;
    sum + first
}

#[instrumented]
fn rebinding<'a>(mut list: &'a mut Vec<u32>, other: &'a mut Vec<u32>) -> &'a mut u32 {
    if list.is_empty() {
        list = other;
    }
    &mut list[0]
}

#[instrumented]
fn configured(#[cfg(not(test))] _absent: u32, #[cfg(test)] present: u32) -> u32 {
    present
}

#[instrumented(slo(success = 99.9, latency = (0.25, 99.0)))]
fn inner_items() -> u32 {
    #![allow(dead_code)]
    static COUNT: u32 = 2;
    struct Unused;
    #[instrumented(slo(latency = (1, 99)))]
    fn inner() -> u32 {
        COUNT
    }
    inner()
}

#[instrumented]
extern "C" fn foreign(number: i32) -> i32 {
    number
}

#[instrumented]
fn r#match(r#type: u32) -> u32 {
    r#type
}

#[instrumented]
#[track_caller]
fn tracked() -> u32 {
    Location::caller().line()
}

#[instrumented]
#[track_caller]
fn tracked_result(fail: bool) -> Result<u32, u32> {
    let line = Location::caller().line();
    if fail {
        return Err(line);
    }
    Ok(line)
}

#[instrumented]
fn recursive(depth: u32) -> u32 {
    if depth == 0 { 0 } else { 1 + recursive(depth - 1) }
}

macro_rules! made_by_macro {
    ($name:ident, $parameter:ident: $ty:ty) => {
        #[instrumented]
        fn $name($parameter: $ty) -> $ty {
            let local = $parameter;
            local
        }
    };
}
made_by_macro!(made, given: u32);
