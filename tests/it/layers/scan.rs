//! The paths in the tokens of a file.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};

/// A module, whether it is a file or written inside of one.
#[derive(Default)]
pub(super) struct Module {
    pub(super) file: String,
    /// What its items bring into it by `use`.
    pub(super) uses: Vec<Named>,
    /// Other paths in it.
    pub(super) paths: Vec<Named>,
    /// Words in it, of paths the first.
    pub(super) words: BTreeSet<String>,
}

/// A path as it is written.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) path: Vec<String>,
    /// What it is called in its module.
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) is_public: bool,
}

/// Reads the tokens of a file into the modules they belong to.
pub(super) struct Scanner<'a> {
    pub(super) modules: &'a mut BTreeMap<Vec<String>, Module>,
    pub(super) file: String,
}

impl Scanner<'_> {
    /// `is_top` if the tokens are items of `place`, and not those of a block inside of it.
    pub(super) fn scan(&mut self, tokens: TokenStream, place: &[String], is_top: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let module = self.modules.entry(place.to_vec()).or_default();
        module.file.clone_from(&self.file);
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let before = at.checked_sub(1).map(|at| &tokens[at]);
            let (next, after_next) = (tokens.get(at + 1), tokens.get(at + 2));
            at += 1;
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    at += usize::from(next.is_some_and(|next| is_sign(next, '!')));
                    if let Some(TokenTree::Group(attribute)) = tokens.get(at)
                        && attribute.delimiter() == Delimiter::Bracket
                    {
                        at += 1;
                        if is_cfg_test(attribute) {
                            at += tokens[at..].iter().take_while(|token| !ends_item(token)).count() + 1;
                        }
                    }
                }
                TokenTree::Ident(word) if word == "mod" => {
                    at += 1;
                    if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(items))) = (next, after_next)
                    {
                        self.scan(items.stream(), &[place, &[name.to_string()]].concat(), true);
                        at += 1;
                    }
                }
                // Not `impl Trait + use<'_>`.
                TokenTree::Ident(word) if word == "use" && !next.is_some_and(|next| is_sign(next, '<')) => {
                    let is_public = before.is_some_and(|before| is_pub(before) || is_parenthesis(before));
                    let length = tokens[at..].iter().take_while(|token| !is_sign(token, ';')).count();
                    let mut leaves = Vec::new();
                    read_use(&tokens[at..at + length], &[], is_public, &mut leaves);
                    at += length + 1;
                    let module = self.modules.get_mut(place).expect("it is being scanned");
                    if is_top { module.uses.extend(leaves) } else { module.paths.extend(leaves) }
                }
                TokenTree::Ident(word) if word == "pub" => {
                    at += usize::from(next.is_some_and(is_parenthesis));
                }
                TokenTree::Ident(word) => {
                    let (before, from_here) = tokens.split_at(at - 1);
                    let signs = before.iter().rev().map_while(sign).take(2).collect::<String>();
                    let path = read_path(from_here);
                    at += 3 * (path.len() - 1);
                    // Not `::core`, `$crate` or `.method`.
                    if signs == "::" || signs.starts_with('$') || signs.starts_with('.') && signs != ".." {
                        continue;
                    }
                    let module = self.modules.get_mut(place).expect("it is being scanned");
                    let line = word.span().start().line;
                    module.words.insert(word.to_string());
                    if path.len() > 1 {
                        let name = path[path.len() - 1].clone();
                        module.paths.push(Named { path, name, line, is_public: false });
                    }
                }
                TokenTree::Group(group) => self.scan(group.stream(), place, false),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
}

/// The names that `tokens`, what stands between `use` and `;` or a part of that, brings into a module.
fn read_use(tokens: &[TokenTree], prefix: &[String], is_public: bool, leaves: &mut Vec<Named>) {
    let own = read_path(tokens);
    // Nothing, `use ::std::…`, or `use $crate::…`
    if tokens.is_empty() || own.is_empty() && prefix.is_empty() {
        return;
    }
    let line = tokens[0].span().start().line;
    let mut path = [prefix, &*own].concat();
    let rest = &tokens[if own.is_empty() { 0 } else { 3 * own.len() - 2 }..];
    // What follows `a::b`: nothing, ` as c`, `::{…}` or `::*`.
    match rest.iter().find(|token| !is_sign(token, ':')) {
        Some(TokenTree::Group(group)) => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            for part in inner.split(|token| is_sign(token, ',')) {
                read_use(part, &path, is_public, leaves);
            }
        }
        Some(TokenTree::Ident(_)) => {
            let name = rest.last().expect("a name").to_string();
            leaves.push(Named { path, name, line, is_public });
        }
        Some(_) => leaves.push(Named { path, name: "*".to_owned(), line, is_public }),
        None => {
            if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
                path.pop();
            }
            let name = path.last().cloned().unwrap_or_default();
            leaves.push(Named { path, name, line, is_public });
        }
    }
}

/// The path that `tokens` begin with.
fn read_path(tokens: &[TokenTree]) -> Vec<String> {
    let mut path = Vec::new();
    let mut rest = tokens;
    while let [TokenTree::Ident(segment), further @ ..] = rest {
        path.push(segment.to_string());
        match further {
            [first, second, after @ ..] if is_sign(first, ':') && is_sign(second, ':') => rest = after,
            _ => break,
        }
    }
    path
}

/// `#[cfg(test)]`, `#[cfg(all(test, …))]`, `#[cfg(doctest)]`.
fn is_cfg_test(attribute: &Group) -> bool {
    fn asks_for_test(condition: TokenStream) -> bool {
        let mut is_negated = false;
        condition.into_iter().any(|token| match token {
            TokenTree::Ident(word) => {
                is_negated = word == "not";
                word == "test" || word == "doctest"
            }
            TokenTree::Group(group) => !is_negated && asks_for_test(group.stream()),
            _ => false,
        })
    }
    let is_cfg = |first: Option<TokenTree>| matches!(first, Some(TokenTree::Ident(word)) if word == "cfg");
    is_cfg(attribute.stream().into_iter().next()) && asks_for_test(attribute.stream())
}

fn ends_item(token: &TokenTree) -> bool {
    is_sign(token, ';') || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn sign(token: &TokenTree) -> Option<char> {
    if let TokenTree::Punct(punct) = token { Some(punct.as_char()) } else { None }
}

fn is_sign(token: &TokenTree, char: char) -> bool {
    sign(token) == Some(char)
}

fn is_pub(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(word) if word == "pub")
}

fn is_parenthesis(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis)
}

pub(super) fn contains_unsafe(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "unsafe",
        TokenTree::Group(group) => contains_unsafe(group.stream()),
        _ => false,
    })
}
