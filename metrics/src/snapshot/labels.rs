//! When two series are one to who reads the text.

use std::collections::BTreeSet;

/// What is printed of a series' labels beside those that `all` series have, and tells it from others: in no order, and
/// without labels that have no value.
pub(crate) fn printed_labels<'a>(
    own: &'a [(String, String)],
    all: &'a [(String, String)],
) -> BTreeSet<(&'a str, &'a str)> {
    let has_own = |name: &String| own.iter().any(|(own, _)| own == name);
    let shared = all.iter().filter(|(name, _)| !has_own(name));
    let labels = own.iter().chain(shared).filter(|(_, value)| !value.is_empty());
    labels.map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
