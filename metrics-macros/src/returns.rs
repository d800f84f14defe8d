//! What a return type, as it is written, says of the values behind it.

use crate::item::mentions;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{GenericArgument, PathArguments, ReturnType, Type};

/// Whether the type is `impl Trait` at its top.
pub(crate) fn is_opaque(output: &ReturnType) -> bool {
    top(output).is_some_and(|ty| matches!(ty, Type::ImplTrait(_)))
}

/// Whether the type is `!`.
pub(crate) fn is_never(output: &ReturnType) -> bool {
    top(output).is_some_and(|ty| matches!(ty, Type::Never(_)))
}

/// Whether the type may turn out to be a `Result`: any path may be an alias of one, but for the names of the language's
/// own types.
pub(crate) fn may_be_result(output: &ReturnType) -> bool {
    const PRIMITIVES: [&str; 17] = [
        "bool", "char", "str", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128",
        "usize", "f32", "f64",
    ];
    match top(output) {
        Some(Type::Path(path)) => !PRIMITIVES.iter().any(|primitive| path.path.is_ident(primitive)),
        Some(Type::Macro(_) | Type::Verbatim(_)) => true,
        _ => false,
    }
}

fn top(output: &ReturnType) -> Option<&Type> {
    let ReturnType::Type(_, ty) = output else { return None };
    let mut ty = &**ty;
    loop {
        ty = match ty {
            Type::Paren(inner) => &inner.elem,
            Type::Group(inner) => &inner.elem,
            ty => return Some(ty),
        }
    }
}

/// The type as an expression may name it: each `impl Trait` in it left to inference. `None` where one stands in a place
/// that inference does not reach.
pub(crate) fn nameable(ty: &Type) -> Option<Type> {
    let mut ty = ty.clone();
    infer_opaque(&mut ty);
    (!mentions(ty.to_token_stream(), "impl")).then_some(ty)
}

fn infer_opaque(ty: &mut Type) {
    match ty {
        Type::ImplTrait(_) => *ty = syn::parse_quote!(_),
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
