//! Suggestions for misspelled names.

/// Returns at most three of `known` that are similar to `wanted`, the most similar first.
fn most_similar<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let candidate = |name: &'a str| {
        // Also compared with the last part of a path.
        let last = name.rsplit("::").next().unwrap_or(name);
        let distance = distance(wanted, name).min(distance(wanted, last));
        let is_part = name.contains(wanted) || wanted.contains(last) && last.len() > 2;
        let at_most = (wanted.chars().count() / 3).max(1);
        (distance <= at_most || is_part).then_some((distance, name))
    };
    let mut similar: Vec<_> = known.into_iter().filter_map(candidate).collect();
    similar.sort_unstable();
    similar.dedup();
    similar.truncate(3);
    similar.into_iter().map(|(_, name)| name).collect()
}

/// Returns all of `known`, the most similar to `wanted` first.
pub(super) fn nearest_first<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_by_cached_key(|name| distance(wanted, name));
    known
}

/// Returns the Levenshtein distance.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    // The distances between the processed prefix of `one` and each prefix of `other`.
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = index;
        row[0] = index + 1;
        for (column, other_letter) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other_letter);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

/// Formats names as `"a", "b" and "c"`. A long list ends with `and 12 more`.
pub(super) fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MAX_NAMES: usize = 8;
    let names: Vec<String> = names.into_iter().map(|name| format!("{name:?}")).collect();
    match names.as_slice() {
        [] => "none".to_owned(),
        [name] => name.clone(),
        [first @ .., last] if names.len() <= MAX_NAMES => format!("{} and {last}", first.join(", ")),
        names => format!("{} and {} more", names[..MAX_NAMES].join(", "), names.len() - MAX_NAMES),
    }
}

/// Returns a suggestion in place of `wanted`: the most similar names, or all names if none is similar.
pub(super) fn suggestion(wanted: &str, known: &[&str]) -> String {
    match most_similar(wanted, known.iter().copied()).as_slice() {
        [] if known.is_empty() => "there is none at all".to_owned(),
        [] => format!("there is {}", quoted(known.iter().copied())),
        similar => format!("most like it: {}", quoted(similar.iter().copied())),
    }
}

#[cfg(test)]
mod tests {
    use super::{distance, most_similar, nearest_first, suggestion};

    #[test]
    fn distances_count_letters() {
        for (one, other, letters) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("jobs", "job", 1),
            ("naïve", "naive", 1),
        ] {
            assert_eq!((distance(one, other), distance(other, one)), (letters, letters), "{one:?} {other:?}");
        }
    }

    #[test]
    fn all_names_are_sorted_by_distance() {
        assert_eq!(nearest_first("north", ["east", "norht", "south"]), ["norht", "south", "east"]);
    }

    #[test]
    fn the_most_similar_names_are_suggested() {
        let known = ["Cart::add", "checkout", "check", "refund", "checkouts"];
        assert_eq!(most_similar("chekout", known), ["checkout", "checkouts"]);
        assert_eq!(most_similar("add", known), ["Cart::add"]);
        assert_eq!(most_similar("Cart::ad", known), ["Cart::add"]);
        assert_eq!(suggestion("zebra", &known[..2]), "there is \"Cart::add\" and \"checkout\"");
        assert_eq!(suggestion("zebra", &[]), "there is none at all");
        let many: Vec<String> = (10..20).map(|number| format!("number {number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(suggestion("zebra", &many).ends_with("\"number 17\" and 2 more"));
    }
}
