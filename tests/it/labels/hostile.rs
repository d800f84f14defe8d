//! What surrounds a derive may have taken every name there is.

#![allow(
    dead_code,
    non_camel_case_types,
    non_snake_case,
    unused_macros,
    reason = "names that are taken, not used"
)]

struct String;
struct Option;
struct Some;
struct None;
struct Result;
struct Ok;
struct Err;
struct Vec;
struct str;
struct bool;
struct usize;
struct Self_;
mod fmt {}
mod std {}
mod core {}
mod tachometer {}
macro_rules! write {
    () => {};
}
macro_rules! matches {
    () => {};
}

/// Methods that every value has.
trait Everything: ::core::marker::Sized {
    fn write(self) {}
    fn write_str(self) {}
    fn index(self) {}
    fn visit(self) {}
}

impl<T> Everything for T {}

pub mod facade {
    pub use ::tachometer as renamed;
}

#[derive(::tachometer::LabelValue)]
#[label_value(crate = facade::renamed)]
enum Value<VALUES, __into> {
    None,
    Some,
    #[label_value("ok")]
    Ok(VALUES),
    #[label_value("err")]
    Err {
        index: __into,
    },
}

#[derive(::tachometer::LabelValue)]
#[tachometer(crate = facade::renamed)]
struct Transparent<VALUES>(VALUES);

#[derive(::tachometer::LabelSet)]
#[label(crate = facade::renamed)]
struct Labels<V, NAMES> {
    visitor: Transparent<V>,
    NAMES: NAMES,
    #[label("usize")]
    r#fn: ::core::primitive::bool,
}

#[derive(::tachometer::LabelSet)]
#[tachometer(crate = facade::renamed)]
struct Names<'__visitor, LabelVisitor: ?::core::marker::Sized> {
    #[label("visitor")]
    __visitor: &'__visitor LabelVisitor,
}

#[derive(::tachometer::LabelValue, ::tachometer::ErrorKind)]
#[tachometer(crate = facade::renamed)]
enum Refusal {
    #[label_value("none")]
    None,
    #[error_kind("error")]
    Err,
}

#[test]
fn one_attribute_gives_the_path_to_all_derives() {
    ::std::assert_eq!(<Refusal as ::tachometer::LabelValue>::VALUES.unwrap(), ["none", "err"]);
    ::std::assert_eq!(::tachometer::ErrorKind::error_kind(&Refusal::None), "none");
    ::std::assert_eq!(::tachometer::ErrorKind::error_kind(&Refusal::Err), "error");
}

#[test]
fn values_take_nothing_for_ours() {
    type Of = Value<(), ()>;
    let all: [Transparent<Of>; 4] =
        [Value::None, Value::Some, Value::Ok(()), Value::Err { index: () }].map(Transparent);
    let texts = all.each_ref().map(super::text);
    ::std::assert_eq!(texts, ["none", "some", "ok", "err"]);
    ::std::assert_eq!(all.each_ref().map(::tachometer::LabelValue::index), [0, 1, 2, 3]);
    ::std::assert_eq!(
        <Transparent<Of> as ::tachometer::LabelValue>::VALUES.unwrap(),
        ["none", "some", "ok", "err"]
    );
}

#[test]
fn sets_take_nothing_for_ours() {
    type Of = Labels<Value<(), ()>, ::core::primitive::bool>;
    let labels = Labels { visitor: Transparent(Value::Ok::<(), ()>(())), NAMES: true, r#fn: false };
    ::std::assert_eq!(<Of as ::tachometer::LabelSet>::NAMES, ["visitor", "NAMES", "usize"]);
    ::std::assert_eq!(super::texts(&labels), ["ok", "true", "false"]);
    ::std::assert_eq!(::tachometer::LabelSet::index(&labels), 10);
    ::std::assert_eq!(super::texts(&Names { __visitor: "text" }), ["text"]);
}
