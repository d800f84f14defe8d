#![deny(warnings)]

use tachometer::ErrorKind;

#[derive(ErrorKind)]
enum Forms {
    #[error_kind]
    Bare,
    #[error_kind()]
    Empty,
    #[error_kind = "named"]
    Equals,
    #[error_kind(transparnt)]
    Misspelt(std::fmt::Error),
    #[error_kind(3)]
    Number,
    #[error_kind("a", transparent)]
    Both(std::fmt::Error),
    #[error_kind("a")]
    #[error_kind("b")]
    Twice,
    #[error_kind(crate = tachometer)]
    OfTheWhole,
    #[tachometer(crate = tachometer)]
    Shared,
    OnAFieldToo(#[tachometer(crate = tachometer)] std::fmt::Error),
    OnAField(#[error_kind(transparent)] std::fmt::Error),
}

#[derive(ErrorKind)]
#[error_kind(transparent)]
struct WithoutAField;

#[derive(ErrorKind)]
#[error_kind(crate = "tachometer")]
struct QuotedPath;

#[derive(ErrorKind)]
#[tachometer(crat = tachometer)]
struct Misspelt;

#[derive(ErrorKind)]
union Union {
    number: u32,
}

fn use_kinds<E: ErrorKind>(_: &E) {}

fn main() {
    use_kinds(&Forms::Bare);
    for form in [Forms::Empty, Forms::Equals, Forms::Number, Forms::Twice, Forms::OfTheWhole, Forms::Shared] {
        use_kinds(&form);
    }
    for of in [Forms::Misspelt, Forms::Both, Forms::OnAField, Forms::OnAFieldToo] {
        use_kinds(&of(std::fmt::Error));
    }
    use_kinds(&WithoutAField);
    use_kinds(&QuotedPath);
    use_kinds(&Misspelt);
    let union = Union { number: 1 };
    use_kinds(&union);
    // SAFETY: there is no other field.
    let _ = unsafe { union.number };
}
