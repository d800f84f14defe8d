//! Values of labels: those there are, and which of them one is.

use super::text;
use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use tachometer::{LabelValue, instrumented};

#[derive(Clone, Copy, LabelValue)]
#[expect(
    dead_code,
    non_camel_case_types,
    reason = "what a field holds is no part of the value, an underscore is"
)]
enum Method {
    Get,
    HTTPOptions,
    #[label_value("Any string, \"quoted\"\n")]
    Renamed,
    r#Raw,
    With_Underscore,
    Braces {},
    Parentheses(),
    #[label_value("fields")]
    Fields {
        name: &'static str,
    },
    #[label_value("more")]
    More(u8, u8),
}

const METHODS: [Method; 9] = [
    Method::Get,
    Method::HTTPOptions,
    Method::Renamed,
    Method::Raw,
    Method::With_Underscore,
    Method::Braces {},
    Method::Parentheses(),
    Method::Fields { name: "get" },
    Method::More(1, 2),
];

/// The texts of all values, found to be what each type promises.
fn known<V: LabelValue>(all: &[V]) -> Vec<String> {
    let texts: Vec<String> = all.iter().map(text).collect();
    let values = V::VALUES.expect("they are known");
    assert_eq!(texts, values);
    assert!(all.iter().map(LabelValue::index).eq(0..values.len()));
    texts
}

#[test]
fn the_values_of_an_enum_are_its_variants_in_snake_case_or_as_they_are_named() {
    let expected = [
        "get",
        "http_options",
        "Any string, \"quoted\"\n",
        "raw",
        "with_underscore",
        "braces",
        "parentheses",
        "fields",
        "more",
    ];
    assert_eq!(known(&METHODS), expected);
}

#[test]
fn a_bool_is_one_of_two() {
    assert_eq!(known(&[false, true]), ["false", "true"]);
}

#[test]
fn pointers_know_what_they_point_to() {
    known(&METHODS.each_ref());
    known(&METHODS.map(Box::new));
    known(&METHODS.map(Rc::new));
    known(&METHODS.map(Arc::new));
    known(&METHODS.each_ref().map(Cow::Borrowed));
    known(&METHODS.map(|method| &mut *Box::leak(Box::new(method))));
    known(&METHODS.map(|method| Box::new(Rc::new(method))));
}

#[derive(LabelValue)]
enum Nothing {}

#[test]
fn an_empty_enum_has_no_values() {
    assert_eq!(Nothing::VALUES, Some(&[][..]));
    let _: Option<Nothing> = None;
}

#[derive(LabelValue)]
struct Tenant(String);

#[derive(LabelValue)]
struct Named<'a, T: ?Sized> {
    of: &'a T,
}

#[derive(LabelValue)]
struct Generic<T>(T)
where
    T: Clone;

#[derive(LabelValue)]
struct Unsized<T: ?Sized>(T);

#[test]
fn a_struct_with_one_field_is_what_the_field_is() {
    assert_eq!(text(&Tenant("acme".to_owned())), "acme");
    assert_eq!(Tenant::VALUES, None);
    assert_eq!(text(&Named { of: "borrowed" }), "borrowed");
    assert_eq!(<Named<'_, str>>::VALUES, None);
    known(&METHODS.map(Generic));
    known(&[Named { of: &false }, Named { of: &true }]);
    known(&METHODS.map(|method| Unsized(Generic(method))));
    is_value::<Unsized<str>>();
}

fn is_value<V: LabelValue + ?Sized>() {}

#[derive(LabelValue)]
#[expect(dead_code, reason = "what a field holds is no part of the value")]
enum WithParameters<'a, T, const N: usize>
where
    T: fmt::Debug,
{
    Alone,
    #[label_value("with_fields")]
    WithFields(&'a [T; N]),
}

#[test]
fn an_enum_with_parameters_needs_nothing_of_them() {
    // `()` is no value of a label.
    known(&[WithParameters::Alone, WithParameters::WithFields(&[()])]);
}

/// By hand, one of few.
struct Tier(bool);

impl LabelValue for Tier {
    const VALUES: Option<&'static [&'static str]> = Some(&["free", "gold"]);

    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        into.write_str(if self.0 { "gold" } else { "free" })
    }

    fn index(&self) -> usize {
        usize::from(self.0)
    }
}

/// By hand, one of any.
struct Any<T>(T);

impl<T: fmt::Display> LabelValue for Any<T> {
    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        write!(into, "<{}>", self.0)
    }
}

#[test]
fn by_hand_the_values_are_known_or_not() {
    known(&[Tier(false), Tier(true)]);
    assert_eq!((Any::<u8>::VALUES, text(&Any(1)), Any(1).index()), (None, "<1>".to_owned(), 0));
}

#[instrumented(labels(method = method, tier = tier, any = Any(tier.0), tenant = tenant))]
fn handle(method: Method, tier: &Tier, tenant: &Tenant) {}

#[test]
fn a_function_can_be_labelled_with_them() {
    let tenant = Tenant("acme".to_owned());
    handle(Method::HTTPOptions, &Tier(true), &tenant);
    handle(Method::HTTPOptions, &Tier(true), &tenant);
    handle(Method::More(3, 4), &Tier(false), &tenant);
    let snapshot = tachometer::snapshot();
    let sets: Vec<_> = snapshot
        .functions_named(concat!(module_path!(), "::handle"))
        .iter()
        .map(|set| (set.labels.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>(), set.ok))
        .collect();
    let expected =
        [(vec!["http_options", "gold", "<true>", "acme"], 2), (vec!["more", "free", "<false>", "acme"], 1)];
    assert_eq!(sets, expected);
}
