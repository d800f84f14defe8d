//! Return types, as far as their spelling tells what they are.

use crate::tokens::mentions;
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{GenericArgument, PathArguments, PathSegment, ReturnType, Signature, Token, Type, TypeParamBound};

const PRIMITIVES: [&str; 17] = [
    "bool", "char", "str", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128",
    "usize", "f32", "f64",
];

/// Returns whether the type is `impl Trait`, or holds one and cannot be a `Result`.
pub(crate) fn is_opaque(output: &ReturnType) -> bool {
    !may_be_result(output) && mentions(output.to_token_stream(), "impl")
}

/// Returns whether the type is `!`.
pub(crate) fn is_never(output: &ReturnType) -> bool {
    top(output).is_some_and(|ty| matches!(ty, Type::Never(_)))
}

/// Returns whether the type may be a `Result`: any path may be an alias of one, except the names of the language's own
/// types.
pub(crate) fn may_be_result(output: &ReturnType) -> bool {
    match top(output) {
        Some(Type::Path(path)) => !PRIMITIVES.iter().any(|primitive| path.path.is_ident(primitive)),
        Some(Type::Macro(_) | Type::Verbatim(_)) => true,
        _ => false,
    }
}

/// Returns a type with the error of the return type if a `static` can name it and it is likely to be a `Result`: called
/// so, and without a lifetime or a word that may be a generic parameter, of the function or of a block around it that is not
/// visible here. The value of an `Ok` does not matter, so `()` replaces it, and a parameter there does no harm.
///
/// `hidden` is the signature of a method whose block is not visible: an argument of its error's type may be a parameter of
/// that block, as in `Failure<Fut>`.
pub(crate) fn nameable_result(
    output: &ReturnType,
    parameters: &[String],
    hidden: Option<&Signature>,
) -> Option<Type> {
    let mut ty = top(output)?.clone();
    let Type::Path(path) = &mut ty else { return None };
    let last = path.path.segments.last_mut()?;
    let name = last.ident.to_string();
    if hidden.is_some_and(|signature| has_argument_like_parameter(&last.arguments, signature)) {
        return None;
    }
    if name == "Result" {
        if let Some(ok) = first_type_mut(&mut last.arguments) {
            *ok = Type::Verbatim(quote!(()));
        }
    }
    (name.ends_with("Result") && can_be_in_static(ty.to_token_stream(), parameters)).then_some(ty)
}

/// Returns whether the error of a method, among `arguments`, is likely to be built of a parameter of the block around it: it
/// has an argument that is a bare name, which also occurs among the method's arguments or in the value of an `Ok`, or is a
/// usual name of a parameter.
fn has_argument_like_parameter(arguments: &PathArguments, signature: &Signature) -> bool {
    const USUAL: [&str; 9] = ["Err", "Fut", "Inner", "Item", "Key", "Output", "Svc", "Val", "Value"];
    let PathArguments::AngleBracketed(arguments) = arguments else { return false };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.to_token_stream()),
        _ => None,
    });
    let ok = types.next().unwrap_or_default();
    let inputs = signature.inputs.to_token_stream();
    let is_usual = |name: &str| USUAL.contains(&name);
    let is_used = |name: &str| mentions(ok.clone(), name) || mentions(inputs.clone(), name);
    types.any(|error| {
        let tokens: Vec<TokenTree> = error.into_iter().collect();
        let is = |index: usize, sign| matches!(tokens.get(index), Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
        let is_bare = |index: usize| !is(index.wrapping_sub(1), ':') && !is(index + 1, ':') && !is(index + 1, '<');
        let begin = (0..tokens.len()).find(|index| is(*index, '<'));
        tokens.iter().enumerate().any(|(index, token)| match token {
            TokenTree::Ident(name) if tokens.len() == 1 => is_usual(&name.to_string()),
            TokenTree::Ident(name) if begin.is_some_and(|begin| begin < index) && is_bare(index) => {
                let name = name.to_string();
                !PRIMITIVES.contains(&name.as_str()) && (is_usual(&name) || is_used(&name))
            }
            _ => false,
        })
    })
}

fn first_type_mut(arguments: &mut PathArguments) -> Option<&mut Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    arguments.args.iter_mut().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn can_be_in_static(tokens: TokenStream, parameters: &[String]) -> bool {
    let mut is_lifetime = false;
    tokens.into_iter().all(|token| {
        let follows_tick = std::mem::replace(
            &mut is_lifetime,
            matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\''),
        );
        match token {
            TokenTree::Ident(name) if follows_tick => name == "static" || name == "_",
            TokenTree::Ident(name) => {
                let name = name.to_string();
                let may_be_parameter = !name.chars().any(char::is_lowercase) || parameters.contains(&name);
                !may_be_parameter && !["Self", "impl"].contains(&name.as_str())
            }
            TokenTree::Group(group) => can_be_in_static(group.stream(), parameters),
            _ => true,
        }
    })
}

/// A future that a function makes itself and returns, as far as its type tells.
pub(crate) struct ReturnedFuture<'a> {
    /// The output's type as an expression can name it: `_` if the return type does not name it.
    pub(crate) output: Type,
    pub(crate) holder: Holder<'a>,
}

pub(crate) enum Holder<'a> {
    /// `impl Future`
    Opaque,
    /// `Pin<Box<dyn Future>>`, or one of the names it is known by; `Pin<Box<impl Future>>`: with the return type.
    Boxed(Token![->], &'a Type),
}

/// Returns the future that a function which is not async returns. One that promises more than a future does (another trait
/// that is not an auto trait) cannot be wrapped and counts as any other value.
pub(crate) fn returned_future(output: &ReturnType) -> Option<ReturnedFuture<'_>> {
    let ReturnType::Type(arrow, written) = output else { return None };
    let boxed = |output| Some(ReturnedFuture { output, holder: Holder::Boxed(*arrow, written) });
    match top(output)? {
        Type::ImplTrait(opaque) if is_future(&opaque.bounds) => {
            Some(ReturnedFuture { output: output_of(&opaque.bounds), holder: Holder::Opaque })
        }
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            match last.ident.to_string().as_str() {
                "BoxFuture" | "LocalBoxFuture" => boxed(inferred()),
                "Pin" => {
                    let bounds = boxed_bounds(&last.arguments)?;
                    if is_future(bounds) { boxed(output_of(bounds)) } else { None }
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Returns whether a call can be put into what the type holds without changing it: an opaque or boxed stream, or a `Result` of one.
pub(crate) fn may_hold_stream(ty: &Type) -> bool {
    let mentions_stream = |bounds: &Punctuated<TypeParamBound, Token![+]>| {
        bounds.iter().any(|bound| match bound {
            TypeParamBound::Trait(bound) => {
                bound.path.segments.last().is_some_and(|trait_| trait_.ident.to_string().contains("Stream"))
            }
            _ => false,
        })
    };
    match without_group(ty) {
        Type::ImplTrait(opaque) => mentions_stream(&opaque.bounds),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let in_result = || first_type(&last.arguments).filter(|_| names_result(last));
            match boxed_bounds(&last.arguments) {
                Some(bounds) => last.ident == "Pin" && mentions_stream(bounds),
                None => is_named_box(last) || in_result().is_some_and(may_hold_stream),
            }
        }),
        // Not written, so the compiler checks it.
        Type::Verbatim(_) | Type::Infer(_) | Type::Macro(_) => true,
        _ => false,
    }
}

/// Returns whether a type has a name by which boxed streams are known.
fn is_named_box(last: &PathSegment) -> bool {
    last.ident == "BoxStream" || last.ident == "LocalBoxStream"
}

/// Returns the type of a boxed stream, if `ty` is one or a `Result` of one: `Pin<Box<dyn Stream>>`, or one of the names it is known by.
pub(crate) fn boxed_stream(ty: &Type) -> Option<Type> {
    let Type::Path(path) = without_group(ty) else { return None };
    let last = path.path.segments.last()?;
    if is_named_box(last) || last.ident == "Pin" && boxed_bounds(&last.arguments).is_some() {
        return nameable(ty);
    }
    first_type(&last.arguments).filter(|_| names_result(last)).and_then(boxed_stream)
}

/// Returns `T` of a `Stream<Item = T>`, alone, boxed, or in a `Result`, as an expression can name it.
pub(crate) fn item_of_stream(ty: &Type) -> Type {
    match without_group(ty) {
        Type::ImplTrait(opaque) => associated(&opaque.bounds, "Item"),
        Type::Path(path) => {
            let last = path.path.segments.last();
            let arguments = last.map(|last| &last.arguments);
            let bounds = arguments.and_then(boxed_bounds);
            let in_result = || arguments.filter(|_| last.is_some_and(names_result)).and_then(first_type);
            match bounds {
                Some(bounds) => associated(bounds, "Item"),
                None => in_result().map_or_else(inferred, item_of_stream),
            }
        }
        _ => inferred(),
    }
}

fn names_result(segment: &PathSegment) -> bool {
    segment.ident.to_string().ends_with("Result")
}

/// Returns `T` of `Future<Output = T>`, as an expression can name it.
fn output_of(bounds: &Punctuated<TypeParamBound, Token![+]>) -> Type {
    associated(bounds, "Output")
}

/// Returns an associated type that the bounds give, as an expression can name it.
fn associated(bounds: &Punctuated<TypeParamBound, Token![+]>, name: &str) -> Type {
    let arguments = bounds.iter().filter_map(|bound| match bound {
        TypeParamBound::Trait(bound) => match &bound.path.segments.last()?.arguments {
            PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
            _ => None,
        },
        _ => None,
    });
    let found = arguments.flatten().find_map(|argument| match argument {
        GenericArgument::AssocType(binding) if binding.ident == name => nameable(&binding.ty),
        _ => None,
    });
    found.unwrap_or_else(inferred)
}

fn inferred() -> Type {
    Type::Verbatim(quote!(_))
}

/// Returns the traits of `Box<dyn Trait>` or `Box<impl Trait>` among the arguments of `Pin`.
fn boxed_bounds(arguments: &PathArguments) -> Option<&Punctuated<TypeParamBound, Token![+]>> {
    let Type::Path(path) = first_type(arguments)? else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Box")?;
    match first_type(&last.arguments)? {
        Type::TraitObject(object) => Some(&object.bounds),
        Type::ImplTrait(opaque) => Some(&opaque.bounds),
        _ => None,
    }
}

fn first_type(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn is_future(bounds: &Punctuated<TypeParamBound, Token![+]>) -> bool {
    const KEPT_BY_WRAPPING: [&str; 6] = ["Future", "Send", "Sync", "Unpin", "UnwindSafe", "RefUnwindSafe"];
    let mut traits = bounds.iter().filter_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    });
    traits.clone().any(|name| name == "Future")
        && traits.all(|name| KEPT_BY_WRAPPING.iter().any(|kept| name == kept))
}

fn top(output: &ReturnType) -> Option<&Type> {
    match output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some(without_group(ty)),
    }
}

/// Returns the type inside of parentheses, which a `macro_rules!` fragment has around it without showing them.
fn without_group(mut ty: &Type) -> &Type {
    loop {
        ty = match ty {
            Type::Paren(inner) => &inner.elem,
            Type::Group(inner) => &inner.elem,
            ty => return ty,
        }
    }
}

/// Returns the type as an expression can name it, each `impl Trait` in it left to inference; `None` if one is in a place
/// that inference does not reach.
pub(crate) fn nameable(ty: &Type) -> Option<Type> {
    let mut ty = ty.clone();
    infer_opaque(&mut ty);
    (!mentions(ty.to_token_stream(), "impl")).then_some(ty)
}

fn infer_opaque(ty: &mut Type) {
    match ty {
        Type::ImplTrait(_) => *ty = inferred(),
        Type::Array(array) => infer_opaque(&mut array.elem),
        Type::Slice(slice) => infer_opaque(&mut slice.elem),
        Type::Paren(paren) => infer_opaque(&mut paren.elem),
        Type::Group(group) => infer_opaque(&mut group.elem),
        Type::Reference(reference) => infer_opaque(&mut reference.elem),
        Type::Ptr(pointer) => infer_opaque(&mut pointer.elem),
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(infer_opaque),
        Type::Path(path) => {
            for segment in &mut path.path.segments {
                if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                    infer_opaque_arguments(&mut arguments.args);
                }
            }
        }
        _ => {}
    }
}

fn infer_opaque_arguments<P>(arguments: &mut Punctuated<GenericArgument, P>) {
    for argument in arguments {
        match argument {
            GenericArgument::Type(ty) => infer_opaque(ty),
            GenericArgument::AssocType(binding) => infer_opaque(&mut binding.ty),
            _ => {}
        }
    }
}
