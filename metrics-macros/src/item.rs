//! The annotated item: signatures parsed, bodies kept as tokens.

use crate::args::{self, Options};
use crate::errors::Errors;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, GenericParam, Generics, Ident, ImplItem, Meta, Signature, Token, Visibility, parse_quote,
    token,
};

#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub(crate) enum Item {
    Function(Function),
    Impl(ImplBlock),
}

#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    /// The part before the signature: the visibility, `default`.
    pub(crate) head: TokenStream,
    pub(crate) signature: Signature,
    /// With its braces, which keep their spans: lints on the function are reported there.
    pub(crate) body: Group,
    /// The names of the type and constant parameters of the annotated block around it; `None` if it is annotated alone.
    pub(crate) outer_parameters: Option<Vec<String>>,
}

pub(crate) struct ImplBlock {
    pub(crate) attributes: Vec<Attribute>,
    /// From `impl` to the brace.
    pub(crate) header: TokenStream,
    /// The braces keep their spans: lints on the block are reported there.
    pub(crate) brace: token::Brace,
    pub(crate) inner_attributes: Vec<Attribute>,
    pub(crate) members: Vec<Member>,
}

#[expect(clippy::large_enum_variant, reason = "nearly all are of the large one")]
pub(crate) enum Member {
    /// A method, with the options of its own annotation if it has one.
    Method(Function, Option<Options>),
    /// An associated type or constant.
    Other(TokenStream),
}

/// Parses the annotated item. Returns `None` if it cannot be annotated, with the reason among the errors.
pub(crate) fn parse(item: TokenStream, errors: &mut Errors) -> Option<Item> {
    let parsed = (|input: ParseStream<'_>| parse_item(input, errors)).parse2(item);
    parsed.map_err(|error| errors.push(error)).ok()
}

/// Returns the item as it is written, without the annotations inside: the expansion beside errors, or if counting is
/// disabled.
pub(crate) fn without_annotations(item: &Item) -> TokenStream {
    match item {
        Item::Function(function) => function.to_token_stream(),
        Item::Impl(block) => block.with_members(block.members.iter().map(|member| match member {
            Member::Method(Function { attributes, head, signature, body, .. }, _) => {
                let attributes = attributes.iter().filter(|attribute| !is_conditional_annotation(attribute));
                quote!(#(#attributes)* #head #signature #body)
            }
            Member::Other(tokens) => tokens.clone(),
        })),
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Function { attributes, head, signature, body, .. } = self;
        tokens.extend(quote!(#(#attributes)* #head #signature #body));
    }
}

impl ImplBlock {
    /// Returns the tokens of the block with other members.
    pub(crate) fn with_members(&self, members: impl Iterator<Item = TokenStream>) -> TokenStream {
        let ImplBlock { attributes, header, brace, inner_attributes, .. } = self;
        let mut tokens = quote!(#(#attributes)* #header);
        brace.surround(&mut tokens, |inside| inside.extend(quote!(#(#inner_attributes)* #(#members)*)));
        tokens
    }
}

/// Parses the generic parameters of a block from its header.
fn generics_of(header: &TokenStream) -> Generics {
    let is_impl = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "impl");
    let after_impl = header.clone().into_iter().skip_while(|token| !is_impl(token)).skip(1);
    let parser = |input: ParseStream<'_>| {
        let generics: Generics = input.parse()?;
        input.parse::<TokenStream>().map(|_| generics)
    };
    parser.parse2(after_impl.collect()).unwrap_or_default()
}

/// Returns the type and constant parameters, which an item inside a generic one cannot name.
pub(crate) fn parameters(generics: &Generics) -> impl Iterator<Item = &Ident> {
    generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Type(parameter) => Some(&parameter.ident),
        GenericParam::Const(parameter) => Some(&parameter.ident),
        GenericParam::Lifetime(_) => None,
    })
}

/// Returns the names of the type and constant parameters.
pub(crate) fn parameter_names(generics: &Generics) -> Vec<String> {
    parameters(generics).map(Ident::to_string).collect()
}

/// Returns whether an attribute is an annotation of ours, by the last segment of its path.
pub(crate) fn is_annotation(attribute: &Attribute) -> bool {
    is_ours(&attribute.meta)
}

/// Returns whether an attribute is an annotation of ours inside `cfg_attr`.
pub(crate) fn is_conditional_annotation(attribute: &Attribute) -> bool {
    metas_of_cfg_attr(attribute).is_some_and(|(_, metas)| metas.iter().any(is_ours))
}

fn is_ours(meta: &Meta) -> bool {
    meta.path().segments.last().is_some_and(|segment| segment.ident == "instrumented")
}

/// Returns the condition of a `cfg_attr`, and the attributes it expands to.
pub(crate) fn metas_of_cfg_attr(attribute: &Attribute) -> Option<(Meta, Vec<Meta>)> {
    if !attribute.path().is_ident("cfg_attr") {
        return None;
    }
    let list = attribute.meta.require_list().ok()?;
    let all = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
    let mut all = all.into_iter();
    Some((all.next()?, all.collect()))
}

/// Returns the `#[cfg(…)]` among attributes.
pub(crate) fn cfgs(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"))
}

fn parse_item(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Item> {
    let attributes = input.call(Attribute::parse_outer)?;
    if begins_impl(input) {
        parse_impl(attributes, input, errors).map(Item::Impl)
    } else if begins_function(input) {
        parse_function(attributes, input).map(Item::Function)
    } else {
        Err(not_a_function(input))
    }
}

fn begins_impl(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let _ = ahead.parse::<Option<Token![default]>>();
    let _ = ahead.parse::<Option<Token![unsafe]>>();
    ahead.peek(Token![impl])
}

/// Returns whether a visibility and qualifiers are followed by `fn`.
fn begins_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    if ahead.parse::<Visibility>().is_err() {
        return false;
    }
    let is_qualifier = |word: &Ident| {
        ["default", "const", "async", "unsafe", "safe", "extern", "gen"]
            .iter()
            .any(|qualifier| word == qualifier)
    };
    while !ahead.peek(Token![fn]) {
        match ahead.call(Ident::parse_any) {
            Ok(word) if is_qualifier(&word) => {
                let _abi: Option<syn::LitStr> = ahead.parse().unwrap_or_default();
            }
            _ => return false,
        }
    }
    true
}

fn not_a_function(input: ParseStream<'_>) -> syn::Error {
    let ahead = input.fork();
    let _ = ahead.parse::<Visibility>();
    let mut span = ahead.span();
    let mut found = ahead.call(Ident::parse_any).map(|word| word.to_string()).unwrap_or_default();
    if ahead.peek(Token![trait]) {
        // It was `unsafe` or `auto`.
        span = ahead.span();
        "trait".clone_into(&mut found);
    }
    let advice = match found.as_str() {
        "trait" => "annotate its methods that have a body instead",
        "mod" => "annotate its functions instead",
        _ => "it must be on a function, a method or an `impl` block",
    };
    let on = if found.is_empty() { "this".to_owned() } else { format!("`{found}`") };
    syn::Error::new(span, format!("`#[instrumented]` is not allowed on {on}: {advice}"))
}

fn parse_function(mut attributes: Vec<Attribute>, input: ParseStream<'_>) -> syn::Result<Function> {
    let visibility: Visibility = input.parse()?;
    let default: Option<Token![default]> = input.parse()?;
    let is_foreign = matches!(input.cursor().ident(), Some((word, _)) if word == "safe");
    let signature = if is_foreign { None } else { Some(input.parse::<Signature>()?) };
    let Some(signature) = signature.filter(|_| !input.peek(Token![;])) else {
        return Err(input.error("`#[instrumented]` needs a function with a body, and this one has none"));
    };
    let (inner, body) = split_inner_attributes(&parse_body(input)?)?;
    attributes.extend(inner);
    let head = quote!(#visibility #default);
    Ok(Function { attributes, head, signature, body, outer_parameters: None })
}

/// Parses a body, which may be a `macro_rules!` fragment.
fn parse_body(input: ParseStream<'_>) -> syn::Result<Group> {
    let group = match input.parse()? {
        TokenTree::Group(group) => group,
        other => return Err(syn::Error::new(other.span(), "expected a function body")),
    };
    match group.delimiter() {
        Delimiter::None => parse_body.parse2(group.stream()),
        _ => Ok(group),
    }
}

/// Moves the inner attributes out of a body. They become outer ones: inner ones are allowed only at a body's begin.
fn split_inner_attributes(body: &Group) -> syn::Result<(Vec<Attribute>, Group)> {
    let parser = |input: ParseStream<'_>| {
        let mut attributes = input.call(Attribute::parse_inner)?;
        for attribute in &mut attributes {
            attribute.style = syn::AttrStyle::Outer;
        }
        Ok((attributes, input.parse::<TokenStream>()?))
    };
    let (attributes, rest) = parser.parse2(body.stream())?;
    if attributes.is_empty() {
        return Ok((attributes, body.clone()));
    }
    let mut stripped = Group::new(Delimiter::Brace, rest);
    stripped.set_span(body.span());
    Ok((attributes, stripped))
}

fn parse_impl(
    attributes: Vec<Attribute>,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<ImplBlock> {
    let mut header = TokenStream::new();
    while !is_last_brace(input) {
        header.extend([input.parse::<TokenTree>()?]);
    }
    let inside;
    let brace = syn::braced!(inside in input);
    let inner_attributes = inside.call(Attribute::parse_inner)?;
    let outer_parameters = parameter_names(&generics_of(&header));
    let mut members = Vec::new();
    while !inside.is_empty() {
        members.extend(parse_member(&inside, &outer_parameters, errors)?);
    }
    Ok(ImplBlock { attributes, header, brace, inner_attributes, members })
}

/// Returns whether the rest is a block in braces: others, as in `Ring<{ 2 + 2 }>`, belong to the header.
fn is_last_brace(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    input.peek(token::Brace) && ahead.parse::<TokenTree>().is_ok() && ahead.is_empty()
}

/// Parses a member. A method whose own annotation is inside `cfg_attr` becomes two: one for each case.
fn parse_member(
    input: ParseStream<'_>,
    outer_parameters: &[String],
    errors: &mut Errors,
) -> syn::Result<Vec<Member>> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    if !begins_function(&ahead) {
        // The expansion of a macro call is not visible here, so it is left alone.
        return ImplItem::parse(input).map(|other| vec![Member::Other(other.to_token_stream())]);
    }
    let attributes = input.call(Attribute::parse_outer)?;
    let mut method = parse_function(Vec::new(), input)?;
    method.outer_parameters = Some(outer_parameters.to_vec());
    let of_body = std::mem::take(&mut method.attributes);
    let methods = resolve_condition(attributes).into_iter().map(|mut attributes| {
        let options = take_annotation(&mut attributes, errors);
        attributes.extend(of_body.iter().cloned());
        Member::Method(Function { attributes, ..method.clone() }, options)
    });
    Ok(methods.collect())
}

/// Returns the attributes of a method; if their only annotation of ours is inside `cfg_attr`, once for the case that its
/// condition holds and once for the other. The compiler resolves it only after the block has been expanded.
fn resolve_condition(attributes: Vec<Attribute>) -> Vec<Vec<Attribute>> {
    let is_either = |attribute: &&Attribute| is_annotation(attribute) || is_conditional_annotation(attribute);
    let index = attributes.iter().position(is_conditional_annotation);
    let conditional = index.and_then(|index| Some((index, metas_of_cfg_attr(&attributes[index])?)));
    let Some((index, (condition, metas))) =
        conditional.filter(|_| attributes.iter().filter(is_either).count() == 1)
    else {
        return vec![attributes];
    };
    let attribute = |meta: TokenStream| -> Attribute { parse_quote!(#[#meta]) };
    let with = |these: Vec<Attribute>| {
        let (before, after) = (&attributes[..index], &attributes[index + 1..]);
        [before, &these, after].concat()
    };
    let metas = metas.iter().map(|meta| attribute(meta.to_token_stream()));
    let holds = [attribute(quote!(cfg(#condition)))].into_iter().chain(metas).collect();
    vec![with(holds), with(vec![attribute(quote!(cfg(not(#condition))))])]
}

/// Removes a method's own annotation from its attributes and parses it.
fn take_annotation(attributes: &mut Vec<Attribute>, errors: &mut Errors) -> Option<Options> {
    let index = attributes.iter().position(is_annotation)?;
    let annotation = attributes.remove(index);
    Some(match annotation.meta {
        Meta::Path(_) => Options::default(),
        Meta::List(list) => args::parse(list.tokens, errors),
        Meta::NameValue(other) => {
            errors.at(other, "options must be in parentheses, as in `#[instrumented(name = \"checkout\")]`");
            Options::default()
        }
    })
}
