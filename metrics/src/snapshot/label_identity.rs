//! Label identity as a scraper sees it: order and empty values are ignored.

use std::collections::BTreeSet;

/// Returns the printed labels of a series that has its `own` labels and those of `all` series, by which a scraper distinguishes
/// it from others: in no order, and without empty values.
pub(crate) fn label_identity<'a>(
    own: &'a [(String, String)],
    all: &'a [(String, String)],
) -> BTreeSet<(&'a str, &'a str)> {
    let has_own = |name: &String| own.iter().any(|(own, _)| own == name);
    let shared = all.iter().filter(|(name, _)| !has_own(name));
    let labels = own.iter().chain(shared).filter(|(_, value)| !value.is_empty());
    labels.map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
