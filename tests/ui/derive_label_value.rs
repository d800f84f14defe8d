#![deny(warnings)]

use tachometer::LabelValue;

#[derive(LabelValue)]
enum Forms {
    #[label_value]
    Bare,
    #[label_value()]
    Nothing,
    #[label_value = "value"]
    Equals,
    #[label_value("")]
    Empty,
    #[label_value(3)]
    Number,
    #[label_value(value)]
    Word,
    #[label_value("a", "b")]
    Two,
    #[label_value("c")]
    #[label_value("d")]
    Twice,
    #[label_value(crate = tachometer)]
    OfTheWhole,
    Unnamed(u8),
    UnnamedToo { of: u8 },
    #[label_value(transparent)]
    Transparent(u8),
    #[label_value("on_a_field")]
    OnAField(#[label_value("x")] u8),
}

#[derive(LabelValue)]
enum Same {
    HttpError,
    HTTPError,
    Other,
    #[label_value("other")]
    Renamed,
    #[label_value("other")]
    RenamedToo,
    // What it should be is not known.
    #[label_value("other", "others")]
    TwoNames,
}

#[derive(LabelValue)]
#[label_value("tier")]
enum Named {
    A,
}

#[derive(LabelValue)]
#[label_value(crat = tachometer)]
enum Misspelt {
    A,
}

#[derive(LabelValue)]
#[label_value(crate = "tachometer")]
struct QuotedPath(u8);

#[derive(LabelValue)]
#[label_value(crate = tachometer)]
#[label_value(crate = tachometer)]
struct TwoPaths(u8);

#[derive(LabelValue)]
struct WithoutAField;

#[derive(LabelValue)]
struct TwoFields(u8, u8);

#[derive(LabelValue)]
struct OnItsField(#[label_value("x")] u8);

#[derive(LabelValue)]
union Union {
    number: u32,
}

fn use_value<V: LabelValue>(_: &V) {}

fn main() {
    use_value(&Forms::Bare);
    for form in [Forms::Nothing, Forms::Equals, Forms::Empty, Forms::Number, Forms::Word, Forms::Two] {
        use_value(&form);
    }
    for of in [Forms::Unnamed, Forms::Transparent, Forms::OnAField] {
        use_value(&of(3));
    }
    for form in [Forms::Twice, Forms::OfTheWhole, Forms::UnnamedToo { of: 3 }] {
        use_value(&form);
    }
    for same in [Same::HttpError, Same::HTTPError, Same::Other, Same::Renamed, Same::RenamedToo, Same::TwoNames] {
        use_value(&same);
    }
    use_value(&Named::A);
    use_value(&Misspelt::A);
    use_value(&QuotedPath(1));
    use_value(&TwoPaths(1));
    use_value(&WithoutAField);
    use_value(&TwoFields(1, 2));
    use_value(&OnItsField(1));
    let union = Union { number: 1 };
    use_value(&union);
    // SAFETY: there is no other field.
    let _ = unsafe { union.number };
}
