#![deny(warnings)]

use tachometer::LabelSet;

#[derive(LabelSet)]
struct Names {
    le: u8,
    quantile: u8,
    __name__: u8,
    größe: u8,
    #[label("le")]
    renamed_reserved: u8,
    #[label("__x")]
    renamed_underscored: u8,
    #[label("")]
    empty: u8,
    #[label("a-b")]
    hyphen: u8,
    #[label("a:b")]
    colon: u8,
    #[label("9a")]
    digit: u8,
    #[label("ß")]
    letter: u8,
}

#[derive(LabelSet)]
struct Same {
    tier: u8,
    #[label("tier")]
    renamed: u8,
    r#type: u8,
    #[label("type")]
    kind: u8,
    // What these should be called is not known.
    #[label("tier", "tiers")]
    two_names: u8,
    #[label(tier)]
    type_: u8,
}

#[derive(LabelSet)]
struct Forms {
    #[label]
    bare: u8,
    #[label()]
    nothing: u8,
    #[label = "name"]
    equals: u8,
    #[label(name)]
    word: u8,
    #[label(3)]
    number: u8,
    #[label("a")]
    #[label("b")]
    twice: u8,
    #[label(crate = tachometer)]
    path: u8,
    #[tachometer(crate = tachometer)]
    shared_path: u8,
}

#[derive(LabelSet)]
#[label("name")]
struct NameOfTheWhole {
    tier: u8,
}

#[derive(LabelSet)]
#[label(crat = tachometer)]
struct MisspeltPath {
    tier: u8,
}

#[derive(LabelSet)]
#[label(crate = "tachometer")]
struct QuotedPath {
    tier: u8,
}

#[derive(LabelSet)]
#[tachometer("name")]
struct SharedName {
    tier: u8,
}

#[derive(LabelSet)]
#[tachometer]
struct SharedBare {
    tier: u8,
}

#[derive(LabelSet)]
#[label(crate = tachometer)]
#[tachometer(crate = tachometer)]
struct BothPaths {
    tier: u8,
}

#[derive(LabelSet)]
struct Tuple(u8, #[label("name")] u8);

#[derive(LabelSet)]
enum Tier {
    Free,
}

#[derive(LabelSet)]
union Union {
    number: u32,
}

fn use_labels<L: LabelSet>(_: Option<L>) {}

fn main() {
    use_labels::<Names>(None);
    use_labels::<Same>(None);
    use_labels::<Forms>(None);
    use_labels::<NameOfTheWhole>(None);
    use_labels::<MisspeltPath>(None);
    use_labels::<QuotedPath>(None);
    use_labels::<SharedName>(None);
    use_labels::<SharedBare>(None);
    use_labels::<BothPaths>(None);
    use_labels::<Tuple>(None);
    use_labels(Some(Tier::Free));
    use_labels::<Union>(None);
}
