//! Kinds of errors: by the error's type, or by what the annotation says.

use super::*;
use std::io;
use std::num::ParseIntError;
use tachometer::ErrorKind;

#[derive(Debug, ErrorKind)]
enum Declined {
    HTTPError,
    #[error_kind("too_much")]
    Limit(u32),
}

#[derive(Debug, ErrorKind)]
enum PayError {
    EmptyCart {},
    #[error_kind(transparent)]
    Declined {
        by: Box<Declined>,
    },
    #[error_kind(transparent)]
    Number(ParseIntError),
}

impl From<ParseIntError> for PayError {
    fn from(error: ParseIntError) -> Self {
        PayError::Number(error)
    }
}

#[derive(Debug, ErrorKind)]
struct ParseFailed;

#[derive(Debug, ErrorKind)]
#[error_kind(transparent)]
struct Wrapped<E>(E);

#[derive(Debug, ErrorKind)]
enum Impossible {}

fn kinds(name: &str) -> Vec<(String, u64)> {
    let function = counted(name);
    assert!(function.error_kinds.iter().map(|(_, count)| count).sum::<u64>() <= function.errors);
    function.error_kinds
}

/// The kinds that have occurred.
fn occurred(name: &str) -> Vec<(String, u64)> {
    kinds(name).into_iter().filter(|(_, count)| *count > 0).collect()
}

fn owned<const N: usize>(kinds: [(&str, u64); N]) -> Vec<(String, u64)> {
    kinds.map(|(kind, count)| (kind.to_owned(), count)).to_vec()
}

#[instrumented]
fn pay(text: &str) -> Result<u32, PayError> {
    let number: u32 = text.parse()?;
    match number {
        0 => Err(PayError::EmptyCart {}),
        1 => Err(PayError::Declined { by: Box::new(Declined::HTTPError) }),
        2 => Err(PayError::Declined { by: Box::new(Declined::Limit(number)) }),
        number => Ok(number),
    }
}

#[test]
fn kinds_are_variants_and_those_inside() {
    for text in ["0", "1", "2", "2", "3", "x"] {
        let _ = pay(text);
    }
    let expected = owned([("empty_cart", 1), ("http_error", 1), ("invalid_digit", 1), ("too_much", 2)]);
    assert_eq!(occurred("pay"), expected);
    let text = super::snapshot().to_prometheus_format();
    let labels = format!("function=\"pay\",module=\"{}\"", module_path!());
    let line = format!("\nfunction_errors_total{{{labels},error_kind=\"too_much\"}} 2\n");
    assert!(text.contains(&line), "{text}");
}

#[instrumented]
fn not_called() -> Result<(), Wrapped<Declined>> {
    Ok(())
}

#[cfg(not(target_family = "wasm"))]
#[test]
fn kinds_are_there_before_the_first_call() {
    assert_eq!(kinds("not_called"), owned([("http_error", 0), ("too_much", 0)]));
    let _: fn() -> Result<(), Wrapped<Declined>> = not_called;
}

#[instrumented]
fn read_nothing() -> io::Result<()> {
    Err(io::ErrorKind::NotFound.into())
}

#[derive(Debug, ErrorKind)]
enum AppError {
    NotFound,
    #[error_kind(transparent)]
    Io(io::Error),
    #[error_kind(transparent)]
    Number(ParseIntError),
    #[error_kind(transparent)]
    Declined(Declined),
}

#[instrumented]
fn start_app(what: u8) -> Result<(), AppError> {
    match what {
        0 => Ok(()),
        1 => Err(AppError::Io(io::ErrorKind::TimedOut.into())),
        2 => Err(AppError::Number("x".parse::<u8>().unwrap_err())),
        3 => Err(AppError::Declined(Declined::HTTPError)),
        _ => Err(AppError::NotFound),
    }
}

#[test]
fn kinds_of_the_standard_library_appear_with_their_first_error_and_own_variants_before() {
    start_app(0).unwrap();
    assert_eq!(kinds("start_app"), owned([("http_error", 0), ("not_found", 0), ("too_much", 0)]));
    start_app(1).unwrap_err();
    let expected = owned([("http_error", 0), ("not_found", 0), ("timed_out", 1), ("too_much", 0)]);
    assert_eq!(kinds("start_app"), expected);
}

#[instrumented]
async fn fetch(fails: bool) -> Result<(), ParseFailed> {
    if fails { Err(ParseFailed) } else { Ok(()) }
}

#[instrumented]
fn made_to_fail() -> Pin<Box<dyn Future<Output = Result<(), ParseFailed>>>> {
    Box::pin(async { Err(ParseFailed) })
}

#[test]
fn other_sources_of_kinds() {
    read_nothing().unwrap_err();
    assert_eq!(occurred("read_nothing"), owned([("not_found", 1)]));
}

#[test]
fn futures_have_kinds() {
    assert!(poll(pin!(fetch(true))).is_ready() && poll(pin!(fetch(false))).is_ready());
    assert_eq!(kinds("fetch"), owned([("parse_failed", 1)]));
    assert!(poll(made_to_fail().as_mut()).is_ready());
    assert_eq!(kinds("made_to_fail"), owned([("parse_failed", 1)]));
}

#[instrumented]
fn generic_error<E>(error: E) -> Result<(), E> {
    Err(error)
}

#[instrumented]
fn bounded_error<E: ErrorKind>(fails: bool, error: E) -> Result<(), E> {
    if fails { Err(error) } else { Ok(()) }
}

#[instrumented]
fn without_kinds() -> Result<(), String> {
    Err("no".into())
}

#[instrumented]
fn impossible() -> Result<(), Impossible> {
    Ok(())
}

struct Shop<Failure>(Failure);

#[instrumented]
impl<Failure: ErrorKind + Copy> Shop<Failure> {
    fn close(&self) -> Result<(), Failure> {
        Err(self.0)
    }
}

#[test]
fn an_error_without_a_known_kind_has_none() {
    generic_error(ParseFailed).unwrap_err();
    assert_eq!(kinds("generic_error"), []);
    bounded_error(false, Declined::HTTPError).unwrap();
    assert_eq!(kinds("bounded_error"), owned([("http_error", 0), ("too_much", 0)]));
    without_kinds().unwrap_err();
    assert_eq!(kinds("without_kinds"), []);
    impossible().unwrap();
    assert_eq!(kinds("impossible"), []);
    Shop(&ParseFailed).close().unwrap_err();
    assert_eq!(kinds("Shop::close"), owned([("parse_failed", 1)]));
}

#[instrumented(labels(tenant = tenant))]
fn by_tenant(tenant: u32) -> Result<(), Declined> {
    Err(Declined::Limit(tenant))
}

#[test]
fn each_label_set_has_its_own() {
    for tenant in [1, 2, 2] {
        by_tenant(tenant).unwrap_err();
    }
    let snapshot = super::snapshot();
    let counts: Vec<u64> = snapshot
        .functions_named("by_tenant")
        .into_iter()
        .map(|function| function.error_kinds.iter().map(|(_, count)| count).sum())
        .collect();
    assert_eq!(counts, [1, 2]);
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "a kind is told from a reference")]
fn parity(number: &u32) -> &'static str {
    if number.is_multiple_of(2) { "even" } else { "odd" }
}

#[instrumented(error_kind = parity)]
fn told(number: u32) -> Result<(), u32> {
    if number == 0 { Ok(()) } else { Err(number) }
}

#[instrumented(error_kind = |number| parity(&(number + 1)), ok_if = |result| *result != Err(3))]
async fn told_later(number: u32) -> Result<(), u32> {
    Err(number)
}

#[instrumented(error_if = |result| matches!(result, Err(Declined::Limit(1)) | Ok(0)))]
fn limits(result: Result<u32, Declined>) -> Result<u32, Declined> {
    result
}

#[test]
fn an_annotation_can_tell_the_kind() {
    for number in [0, 1, 2, 4] {
        let _ = told(number);
    }
    assert_eq!(kinds("told"), owned([("even", 2), ("odd", 1)]));
    for number in [1, 3, 2] {
        assert!(poll(pin!(told_later(number))).is_ready());
    }
    assert_eq!(kinds("told_later"), owned([("even", 1)]));
    assert_eq!(outcomes("told_later"), (2, 1, 0, 0, 0));
    for result in [Ok(0), Ok(1), Err(Declined::HTTPError), Err(Declined::Limit(1))] {
        let _ = limits(result);
    }
    assert_eq!(outcomes("limits"), (2, 2, 0, 0, 0));
    assert_eq!(kinds("limits"), owned([("http_error", 0), ("too_much", 1)]));
}

struct Shelf<Item>(Vec<Item>);

impl<Item: Clone> Shelf<Item> {
    #[instrumented]
    fn take_first(&self) -> Result<Item, Wrapped<Declined>> {
        self.0.first().cloned().ok_or(Wrapped(Declined::HTTPError))
    }
}

#[test]
fn what_ok_holds_may_be_a_parameter_of_the_block() {
    // At zero before the first call, too, for the error names no parameter.
    #[cfg(not(target_family = "wasm"))]
    assert_eq!(kinds("Shelf::take_first"), owned([("http_error", 0), ("too_much", 0)]));
    assert_eq!(Shelf(vec![3]).take_first().ok(), Some(3));
    assert!(Shelf::<u8>(vec![]).take_first().is_err());
    assert_eq!(occurred("Shelf::take_first"), owned([("http_error", 1)]));
}

#[derive(Debug, ErrorKind)]
#[expect(dead_code, reason = "a kind is told from the variant, not from what it holds")]
enum Generic<'a, E, const N: usize>
where
    E: Clone,
{
    #[error_kind("same")]
    Borrowed(&'a [u8; N]),
    #[error_kind("same")]
    Raw {
        _of: E,
    },
    #[error_kind(transparent)]
    Inner(E),
    Utf8Failed,
}

#[test]
fn an_enum_with_parameters_has_the_kinds_of_what_it_holds() {
    type Of<'a> = Generic<'a, std::fmt::Error, 1>;
    let mut all = Vec::new();
    <Of<'_> as ErrorKind>::kinds(&mut |kind| all.push(kind));
    // Without those of the standard library's error.
    assert_eq!(all, ["same", "same", "utf8_failed"]);
    let each: [Of<'_>; 4] = [
        Generic::Borrowed(&[1]),
        Generic::Raw { _of: std::fmt::Error },
        Generic::Inner(std::fmt::Error),
        Generic::Utf8Failed,
    ];
    assert_eq!(each.map(|error| error.error_kind()), ["same", "same", "fmt_error", "utf8_failed"]);
}

trait Ship {
    fn ship(&self) -> Result<(), Declined>;
}

struct NeverCalled<T>(T);

#[instrumented]
impl<T> Ship for NeverCalled<T> {
    fn ship(&self) -> Result<(), Declined> {
        Ok(())
    }
}

#[instrumented]
impl<T> NeverCalled<T> {
    #[expect(dead_code, reason = "that nobody calls it is the point")]
    async fn pack(&self) -> Result<&T, Declined> {
        Ok(&self.0)
    }
}

#[cfg(not(target_family = "wasm"))]
#[test]
fn kinds_of_methods_are_there_before_the_first_call() {
    for name in ["<NeverCalled as Ship>::ship", "NeverCalled::pack"] {
        assert_eq!(kinds(name), owned([("http_error", 0), ("too_much", 0)]), "{name}");
    }
    let _: fn(&NeverCalled<u8>) -> Result<(), Declined> = Ship::ship;
}
