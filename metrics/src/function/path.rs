//! The `function` label, parsed from the compiler's name of the function.
//!
//! `std::any::type_name` of an item directly inside a function contains the function's path, also of methods in generic
//! blocks: `app::cart::Cart::add::__here`, `<app::A as core::convert::From<u16>>::from::__here`,
//! `app::<impl app::Tr<_> for app::model::B>::go::{{closure}}::inner::__here`. The language does not promise the form,
//! so what cannot be parsed is kept as it is.

use super::description::{Description, Name};

/// A function's path inside its module, split into segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionPath<'a> {
    segments: Vec<Segment<'a>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment<'a> {
    /// A module, a function or a type, perhaps with generic arguments.
    Plain(&'a str),
    /// `<impl TYPE>`
    Inherent(&'a str),
    /// `<impl TRAIT for TYPE>` or `<TYPE as TRAIT>`
    Trait { of: &'a str, implemented: &'a str },
}

/// The detail in which a label shows the paths of types and traits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// The last segment only: `Cart`.
    Short,
    /// All segments: `shop::cart::Cart`.
    Full,
}

impl<'a> FunctionPath<'a> {
    pub(crate) fn of(description: &Description, compiler_name: &'a str) -> Self {
        let path = compiler_name.rsplit_once("::").map_or(compiler_name, |(function, _here)| function);
        let inside =
            path.strip_prefix(description.module).and_then(|rest| rest.strip_prefix("::")).unwrap_or(path);
        let segments = split_all(inside, "::").into_iter().filter(|segment| !is_nameless(segment));
        FunctionPath { segments: segments.map(Segment::parse).collect() }
    }

    /// Returns the label: `Type::method`, `<Type as Trait>::method`, `outer::inner`.
    pub(crate) fn label(&self, name: Name) -> String {
        self.render(name, Detail::Short)
    }

    /// Returns the label with the full paths of types and traits, for functions whose short label is taken.
    pub(crate) fn full_label(&self, name: Name) -> String {
        self.render(name, Detail::Full)
    }

    fn render(&self, name: Name, detail: Detail) -> String {
        if let Name::Given(name) | Name::Dynamic { name, .. } = name {
            return name.to_owned();
        }
        // The type is the segment before the method, which is last.
        let type_index = self.segments.len().checked_sub(2);
        let render = |(index, segment): (usize, &Segment<'_>)| match name {
            Name::InType(name) if Some(index) == type_index => segment.render(Some(name), detail),
            _ => segment.render(None, detail),
        };
        let rendered: Vec<String> = self.segments.iter().enumerate().map(render).collect();
        rendered.join("::")
    }
}

impl<'a> Segment<'a> {
    fn parse(text: &'a str) -> Self {
        let Some(inner) = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')) else {
            return Segment::Plain(text);
        };
        if let Some(block) = inner.strip_prefix("impl ") {
            return match split_top_level(block, " for ") {
                Some((implemented, of)) => Segment::Trait { of, implemented },
                None => Segment::Inherent(block),
            };
        }
        match split_top_level(inner, " as ") {
            Some((of, implemented)) => Segment::Trait { of, implemented },
            None => Segment::Plain(text),
        }
    }

    /// Renders the segment, with `type_name` in place of the type if given.
    fn render(&self, type_name: Option<&str>, detail: Detail) -> String {
        let of_type = |of: &str| type_name.map_or_else(|| render_type(of, detail), str::to_owned);
        match self {
            Segment::Plain(text) | Segment::Inherent(text) => of_type(text),
            Segment::Trait { of, implemented } => {
                format!("<{} as {}>", of_type(of), render_type(implemented, detail))
            }
        }
    }
}

/// Returns whether a segment is a closure, an anonymous constant, or an item of our expansion.
fn is_nameless(segment: &str) -> bool {
    segment.starts_with('{') || segment == "_" || segment.starts_with("__tachometer")
}

/// Returns the bytes of `text` outside of all brackets, each with its index.
fn top_level(text: &str) -> impl Iterator<Item = (usize, u8)> + '_ {
    let mut depth = 0_usize;
    let mut before = 0;
    text.bytes().enumerate().filter(move |&(_, byte)| {
        match byte {
            b'<' | b'(' | b'[' | b'{' => depth += 1,
            // The arrow of a function's type is not a bracket.
            b'>' if before == b'-' => {}
            b'>' | b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = byte;
        depth == 0
    })
}

fn split_top_level<'a>(text: &'a str, separator: &str) -> Option<(&'a str, &'a str)> {
    let (index, _) =
        top_level(text).find(|&(index, _)| text.as_bytes()[index..].starts_with(separator.as_bytes()))?;
    Some((&text[..index], &text[index + separator.len()..]))
}

fn split_all<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((part, after)) = split_top_level(rest, separator) {
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

/// Renders a type for a label: paths by their last segment, unless `Detail::Full`, without lifetimes and without generic
/// arguments that are placeholders for any type. Arguments that distinguish one block from another stay: `From<u16>`.
fn render_type(text: &str, detail: Detail) -> String {
    let mut rendered = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let path_len = rest.find(|c| !is_path(c)).unwrap_or(rest.len());
        if path_len > 0 {
            let (path, after) = rest.split_at(path_len);
            let shown = match detail {
                Detail::Short => path.rsplit_once("::").map_or(path, |(_, last)| last),
                Detail::Full => path,
            };
            rendered.push_str(shown);
            rest = after;
            if let Some(arguments) = rest.strip_prefix('<') {
                let (arguments, after) = arguments.split_at(closing(arguments));
                let is_lifetime = |argument: &&str| argument.starts_with('\'');
                let arguments: Vec<&str> = split_all(arguments, ", ")
                    .into_iter()
                    .filter(|argument| !is_lifetime(argument))
                    .collect();
                if !arguments.iter().all(|argument| is_placeholder(argument)) {
                    let shown: Vec<String> = arguments.iter().map(|part| render_type(part, detail)).collect();
                    rendered.push('<');
                    rendered.push_str(&shown.join(", "));
                    rendered.push('>');
                }
                rest = after.strip_prefix('>').unwrap_or(after);
                if path == "for" {
                    // Lifetimes of a higher-ranked type.
                    rendered.truncate(rendered.len() - shown.len());
                    rest = rest.strip_prefix(' ').unwrap_or(rest);
                }
            }
        } else if let Some(lifetime) = rest.strip_prefix('\'') {
            // Of a reference, or a bound of a trait object: series never differ in a lifetime alone.
            let name_len =
                lifetime.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(lifetime.len());
            rest = &lifetime[name_len..];
            if let Some(before) = rendered.strip_suffix(" + ") {
                rendered.truncate(before.len());
            } else {
                rest = rest.strip_prefix(' ').unwrap_or(rest);
            }
        } else {
            rendered.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    rendered
}

/// Returns the index of the closing bracket if `text` begins after the opening one.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut before = 0;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'<' => depth += 1,
            b'>' if before == b'-' => {}
            b'>' if depth == 0 => return index,
            b'>' => depth -= 1,
            _ => {}
        }
        before = byte;
    }
    text.len()
}

/// Returns whether a generic argument is a placeholder: `_`, or the bare name of a constant parameter. The name of a type includes
/// its path, except for primitive types, and the value of a constant is a literal.
fn is_placeholder(argument: &str) -> bool {
    const NOT_PLACEHOLDERS: [&str; 21] = [
        "bool", "char", "str", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128",
        "usize", "f16", "f32", "f64", "f128", "true", "false",
    ];
    let is_identifier = argument.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !argument.starts_with(|c: char| c.is_ascii_digit());
    is_identifier && !NOT_PLACEHOLDERS.contains(&argument)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESCRIPTION: Description = Description {
        ends_later: false,
        objectives: None,
        module: "app::shop",
        file: "src/shop.rs",
        place: (1, 1),
        path: || "",
        name: Name::Path,
        labels: &[],
        buckets: &crate::function::DEFAULT_BUCKETS,
        sample: 1,
        error_kinds: None,
    };

    fn label(compiler_name: &str, name: Name) -> String {
        FunctionPath::of(&DESCRIPTION, compiler_name).label(name)
    }

    #[test]
    fn labels_are_paths_inside_the_module() {
        let cases = [
            ("app::shop::pay::here", "pay"),
            ("app::shop::outer::inner::here", "outer::inner"),
            ("app::shop::outer::{{closure}}::inner::here", "outer::inner"),
            ("app::shop::f::__tachometer_body::inner::here", "f::inner"),
            ("app::shop::_::<impl app::shop::L>::anon::here", "L::anon"),
            ("app::shop::Cart::add::here", "Cart::add"),
            ("app::shop::<impl app::model::Cart>::add::here", "Cart::add"),
            ("app::shop::<impl app::model::Cart>::add::helper::here", "Cart::add::helper"),
            ("app::shop::Stack<_>::push::here", "Stack::push"),
            ("app::shop::Grid<N>::at::here", "Grid::at"),
            ("app::shop::Grid<7>::at::here", "Grid<7>::at"),
            ("app::shop::Flag<true>::at::here", "Flag<true>::at"),
            ("app::shop::Stack<u8>::push::here", "Stack<u8>::push"),
            ("app::shop::<impl app::model::Map<_, app::model::Key>>::get::here", "Map<_, Key>::get"),
            ("app::shop::Map<app::A<app::K, (u8, app::V)>, _>::get::here", "Map<A<K, (u8, V)>, _>::get"),
            ("<app::shop::A as core::convert::From<u16>>::from::here", "<A as From<u16>>::from"),
            ("<app::shop::G<_> as core::clone::Clone>::clone::here", "<G as Clone>::clone"),
            ("<_ as app::shop::Ext>::e::here", "<_ as Ext>::e"),
            ("app::shop::Ext::provided::here", "Ext::provided"),
            (
                "app::shop::<impl app::a::Tr<alloc::vec::Vec<_>> for app::a::T>::go::here",
                "<T as Tr<Vec>>::go",
            ),
            (
                "app::shop::<impl app::a::Tr<&str> for alloc::vec::Vec<&[u8; 4]>>::tm::here",
                "<Vec<&[u8; 4]> as Tr<&str>>::tm",
            ),
            (
                "<(_, app::D) as app::Tr<alloc::boxed::Box<dyn core::ops::function::Fn(u8) -> u8 + core::marker::Send>>>::go::here",
                "<(_, D) as Tr<Box<dyn Fn(u8) -> u8 + Send>>>::go",
            ),
            ("<app::L as app::Tr<fn(u8) -> u16>>::tm::here", "<L as Tr<fn(u8) -> u16>>::tm"),
            ("app::shop::Both<'_, _>::of_both::here", "Both::of_both"),
            ("app::shop::Both<'a, u8>::of_both::here", "Both<u8>::of_both"),
            ("app::shop::Life<'_>::f::here", "Life::f"),
            ("<app::B as serde::de::Visitor<'_>>::build::here", "<B as Visitor>::build"),
            ("<app::R as app::Repo<'static>>::get::here", "<R as Repo>::get"),
            ("<app::R as app::Repo<'_, &'_ str>>::get::here", "<R as Repo<&str>>::get"),
            ("<app::R as app::Tr<dyn app::Say + '_>>::go::here", "<R as Tr<dyn Say>>::go"),
            ("<app::R as app::Tr<for<'a> fn(&'a u8)>>::go::here", "<R as Tr<fn(&u8)>>::go"),
        ];
        for (compiler_name, expected) in cases {
            assert_eq!(label(compiler_name, Name::Path), expected, "{compiler_name}");
        }
    }

    #[test]
    fn a_given_name_stands_for_the_function_or_for_its_type() {
        assert_eq!(label("app::shop::Cart::add::here", Name::Given("checkout")), "checkout");
        assert_eq!(label("app::shop::Cart::add::here", Name::InType("Basket")), "Basket::add");
        assert_eq!(
            label("app::shop::<impl app::m::Cart<_>>::add::here", Name::InType("Basket")),
            "Basket::add"
        );
        let in_trait = label("<app::shop::Cart as core::clone::Clone>::clone::here", Name::InType("Basket"));
        assert_eq!(in_trait, "<Basket as Clone>::clone");
    }

    #[test]
    fn full_labels_tell_apart_what_short_ones_confuse() {
        let full = |name| FunctionPath::of(&DESCRIPTION, name).full_label(Name::Path);
        assert_eq!(full("app::shop::<impl app::a::T>::go::here"), "app::a::T::go");
        assert_eq!(full("app::shop::<impl app::b::T>::go::here"), "app::b::T::go");
    }

    #[test]
    fn what_is_not_understood_is_kept() {
        for odd in ["", "x", "a::<", "<<<>::here", "a<b::c", "->", "<impl for>::x", "{", "é::ü::here"] {
            let _ = label(odd, Name::Path);
            let _ = label(odd, Name::InType("T"));
        }
        assert_eq!(label("elsewhere::thing::here", Name::Path), "elsewhere::thing");
    }
}
