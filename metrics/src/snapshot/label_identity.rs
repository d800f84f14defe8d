//! Label identity as a scraper sees it: order and empty values are ignored.

use std::collections::BTreeSet;

/// The printed labels of a series, by which a scraper distinguishes it from others: in no order, and without empty values.
pub(crate) type Identity<'a> = BTreeSet<(&'a str, &'a str)>;

/// Returns the identity of a series of a function that has its `own` labels and those of `all` series.
pub(crate) fn label_identity<'a>(own: &'a [(String, String)], all: &'a [(String, String)]) -> Identity<'a> {
    identity_of(&as_texts(own), all)
}

/// Returns the identity of a series that has its `own` labels and those of `all` series.
pub(super) fn identity_of<'a>(
    own: &(impl Iterator<Item = (&'a str, &'a str)> + Clone),
    all: &'a [(String, String)],
) -> Identity<'a> {
    let has_own = |name: &str| own.clone().any(|(own, _)| own == name);
    let shared = as_texts(all).filter(|(name, _)| !has_own(name));
    own.clone().chain(shared).filter(|(_, value)| !value.is_empty()).collect()
}

/// Returns owned pairs as texts.
pub(super) fn as_texts(pairs: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> + Clone {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}
