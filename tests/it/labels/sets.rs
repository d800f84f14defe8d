//! Sets of labels: names, values, and a place for each where all are known.

use super::texts;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use tachometer::{LabelSet, LabelValue, family::LabelVisitor};

#[derive(Clone, Copy, Debug, LabelValue, PartialEq)]
enum Method {
    Get,
    Post,
    #[label_value("other")]
    Extension,
}

const METHODS: [Method; 3] = [Method::Get, Method::Post, Method::Extension];
const BOOLS: [bool; 2] = [false, true];

#[derive(LabelSet)]
struct One {
    method: Method,
}

#[derive(LabelSet)]
struct Three {
    first: bool,
    r#type: Method,
    #[label("renamed")]
    last: bool,
}

#[derive(LabelSet)]
struct Pointers<'a, T: ?Sized + ToOwned> {
    borrowed: &'a Method,
    either: Cow<'a, T>,
    shared: Arc<bool>,
}

#[derive(LabelSet)]
struct Generic<T, const N: usize>
where
    T: Clone,
{
    value: T,
    same: Wrapped<T>,
}

#[derive(Clone, LabelValue)]
struct Wrapped<T>(T);

#[derive(LabelSet)]
struct Braces {}

#[derive(LabelSet)]
struct Unit;

#[derive(LabelSet)]
struct Parentheses();

/// What is promised of sets that are known: `all` are they, in the order of their places.
fn known<L: LabelSet>(all: &[L]) {
    assert_eq!(L::COUNT, Some(all.len()));
    assert_eq!(L::NAMES.len(), L::VALUES.len());
    for (index, labels) in all.iter().enumerate() {
        assert_eq!(labels.index(), index);
        let values: Vec<&str> = L::values_at(index).expect("there is such a set").collect();
        assert_eq!(texts(labels), values);
    }
    assert!(L::values_at(all.len()).is_none() && L::values_at(usize::MAX).is_none());
}

fn unknown<L: LabelSet>(_: &L) {
    assert_eq!(L::COUNT, None);
    assert!(L::values_at(0).is_none());
}

#[test]
fn known_sets_have_a_place_each_and_the_first_label_changes_slowest() {
    known(&METHODS.map(|method| One { method }));
    let three = BOOLS.into_iter().flat_map(|first| {
        METHODS.into_iter().flat_map(move |r#type| BOOLS.map(|last| Three { first, r#type, last }))
    });
    known(&three.collect::<Vec<_>>());
    let pointers = METHODS.iter().flat_map(|borrowed| {
        BOOLS.into_iter().flat_map(move |either| {
            BOOLS.map(|shared| Pointers {
                borrowed,
                either: Cow::<bool>::Owned(either),
                shared: Arc::new(shared),
            })
        })
    });
    known(&pointers.collect::<Vec<_>>());
    let generic = METHODS
        .into_iter()
        .flat_map(|value| METHODS.map(|same| Generic::<_, 3> { value, same: Wrapped(same) }));
    known(&generic.collect::<Vec<_>>());
}

#[test]
fn a_set_without_labels_is_one() {
    known(&[()]);
    known(&[Unit]);
    known(&[Braces {}]);
    known(&[Parentheses()]);
}

#[test]
fn places_are_told_by_their_values() {
    let values: Vec<Vec<&str>> =
        (0..4).map(|index| Three::values_at(index).expect("a set").collect()).collect();
    let expected = [
        ["false", "get", "false"],
        ["false", "get", "true"],
        ["false", "post", "false"],
        ["false", "post", "true"],
    ];
    assert_eq!(values, expected);
}

#[test]
fn names_are_those_of_the_fields_or_as_they_are_given() {
    assert_eq!(One::NAMES, ["method"]);
    assert_eq!(Three::NAMES, ["first", "type", "renamed"]);
    assert_eq!(<Pointers<'_, bool>>::NAMES, ["borrowed", "either", "shared"]);
    assert!(<()>::NAMES.is_empty() && Unit::NAMES.is_empty() && Parentheses::NAMES.is_empty());
}

#[derive(LabelSet)]
struct Route<'a> {
    path: &'a str,
    method: Method,
    status: u16,
}

#[test]
fn a_set_with_a_value_that_is_not_known_has_no_place() {
    let route = Route { path: "a,b", method: Method::Post, status: 404 };
    unknown(&route);
    assert_eq!(texts(&route), ["a,b", "post", "404"]);
    assert_eq!(Route::VALUES, [None, Some(&["get", "post", "other"][..]), None]);
    let either = Cow::Borrowed("text");
    let pointers = Pointers { borrowed: &Method::Get, either, shared: Arc::new(true) };
    unknown(&pointers);
    assert_eq!(texts(&pointers), ["get", "text", "true"]);
    let generic = Generic::<_, 3> { value: "a".to_owned(), same: Wrapped("b".to_owned()) };
    unknown(&generic);
    assert_eq!(texts(&generic), ["a", "b"]);
}

/// One of 256, which are known.
struct Byte(u8);

impl LabelValue for Byte {
    const VALUES: Option<&'static [&'static str]> = Some(&["x"; 256]);

    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        into.write_str("x")
    }

    fn index(&self) -> usize {
        self.0.into()
    }
}

#[derive(LabelSet)]
struct AsManyAsMay {
    high: Byte,
    low: Byte,
}

#[derive(LabelSet)]
struct OneTooMany {
    one: TooMany,
}

#[derive(LabelSet)]
struct MoreThanAnInteger {
    one: Byte,
    two: Byte,
    three: Byte,
    four: Byte,
    five: Byte,
    six: Byte,
    seven: Byte,
    eight: Byte,
    nine: Byte,
}

struct TooMany;

static TOO_MANY: [&str; 65_537] = ["x"; 65_537];

impl LabelValue for TooMany {
    const VALUES: Option<&'static [&'static str]> = Some(&TOO_MANY);

    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        into.write_str("x")
    }
}

#[test]
fn more_sets_than_are_worth_a_place_have_none() {
    assert_eq!(AsManyAsMay::COUNT, Some(65_536));
    assert_eq!(AsManyAsMay { high: Byte(255), low: Byte(254) }.index(), 65_534);
    unknown(&OneTooMany { one: TooMany });
    let [one, two, three, four, five, six, seven, eight, nine] = [255; 9].map(Byte);
    let all = MoreThanAnInteger { one, two, three, four, five, six, seven, eight, nine };
    unknown(&all);
    let _ = all.index();
}

#[derive(Debug, LabelValue)]
enum Nothing {}

#[derive(LabelSet)]
struct Impossible {
    method: Method,
    nothing: Nothing,
}

#[test]
fn where_a_label_has_no_value_there_is_no_set() {
    known::<Impossible>(&[]);
    let _: Option<Impossible> = None;
}

/// By hand, of few values.
struct Status(u16);

impl LabelSet for Status {
    const NAMES: &'static [&'static str] = &["class", "is_error"];
    const VALUES: &'static [Option<&'static [&'static str]>] = &[Some(&["2xx", "4xx"]), bool::VALUES];

    fn visit(&self, visitor: &mut impl LabelVisitor) {
        visitor.value(&Class(self.0));
        visitor.value(&(self.0 >= 400));
    }
}

struct Class(u16);

impl LabelValue for Class {
    const VALUES: Option<&'static [&'static str]> = Some(&["2xx", "4xx"]);

    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        write!(into, "{}xx", self.0 / 100)
    }

    fn index(&self) -> usize {
        usize::from(self.0 / 200 - 1)
    }
}

/// By hand, of any.
struct Pair<'a>(&'a str, &'a str);

impl LabelSet for Pair<'_> {
    const NAMES: &'static [&'static str] = &["left", "right"];

    fn visit(&self, visitor: &mut impl LabelVisitor) {
        visitor.value(self.0);
        visitor.value(self.1);
    }
}

#[test]
fn by_hand_sets_are_known_or_not() {
    assert_eq!((Status::COUNT, Status(200).index(), Status(404).index()), (Some(4), 0, 3));
    assert!(Status::values_at(3).expect("a set").eq(texts(&Status(404))));
    unknown(&Pair("a", "b"));
    assert_eq!(texts(&Pair("a", "b")), ["a", "b"]);
}

/// Values that say an index that there is not.
struct Wrong;

impl LabelValue for Wrong {
    const VALUES: Option<&'static [&'static str]> = Some(&["a", "b"]);

    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        into.write_str("a")
    }

    fn index(&self) -> usize {
        usize::MAX
    }
}

#[derive(LabelSet)]
struct Wrongs {
    one: Wrong,
    other: Wrong,
}

#[test]
fn an_index_that_is_wrong_is_just_wrong() {
    let wrong = Wrongs { one: Wrong, other: Wrong };
    assert!(wrong.index() >= 4 && Wrongs::values_at(wrong.index()).is_none());
}

/// Which sets there are, of which a `static` has those that live forever.
struct Seen<L>(Mutex<Vec<Vec<String>>>, PhantomData<fn() -> L>);

impl<L: LabelSet> Seen<L> {
    fn add(&self, labels: &L) {
        self.0.lock().expect("no panic before").push(texts(labels));
    }
}

static SEEN: Seen<Route<'static>> = Seen(Mutex::new(Vec::new()), PhantomData);

#[test]
fn labels_that_borrow_for_a_while_fit_where_those_are_that_borrow_forever() {
    let path = String::from("path");
    SEEN.add(&Route { path: &path, method: Method::Get, status: 200 });
    assert_eq!(*SEEN.0.lock().expect("no panic before"), [["path", "get", "200"]]);
}
