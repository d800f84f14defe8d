//! Names like one that is not there.

/// Those of `known` that are most like `wanted`, at most three, the likest first.
pub(super) fn most_like<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let likely = |name: &'a str| {
        // A path's last part is what one remembers of it.
        let last = name.rsplit("::").next().unwrap_or(name);
        let distance = distance(wanted, name).min(distance(wanted, last));
        let is_part = name.contains(wanted) || wanted.contains(last) && last.len() > 2;
        let at_most = (wanted.chars().count() / 3).max(1);
        (distance <= at_most || is_part).then_some((distance, name))
    };
    let mut likely: Vec<_> = known.into_iter().filter_map(likely).collect();
    likely.sort_unstable();
    likely.dedup();
    likely.truncate(3);
    likely.into_iter().map(|(_, name)| name).collect()
}

/// All of `known`, those that are most like `wanted` first.
pub(super) fn nearest_first<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_by_cached_key(|name| distance(wanted, name));
    known
}

/// How many letters must be put in, taken out or replaced to make the one of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    // The distances of what was seen of `one` to each beginning of `other`.
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

/// `"a", "b" and "c"`, or at last `"a", "b" and 12 more`.
pub(super) fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 8;
    let names: Vec<String> = names.into_iter().map(|name| format!("{name:?}")).collect();
    match names.as_slice() {
        [] => "none".to_owned(),
        [name] => name.clone(),
        [first @ .., last] if names.len() <= MOST => format!("{} and {last}", first.join(", ")),
        names => format!("{} and {} more", names[..MOST].join(", "), names.len() - MOST),
    }
}

/// What there is in the place of `wanted`: the names most like it, or where there are none, all.
pub(super) fn instead(wanted: &str, known: &[&str]) -> String {
    match most_like(wanted, known.iter().copied()).as_slice() {
        [] if known.is_empty() => "there is none at all".to_owned(),
        [] => format!("there is {}", quoted(known.iter().copied())),
        likely => format!("most like it: {}", quoted(likely.iter().copied())),
    }
}

#[cfg(test)]
mod tests {
    use super::{distance, instead, most_like, nearest_first};

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
    fn the_nearest_come_first_and_none_is_left_out() {
        assert_eq!(nearest_first("north", ["east", "norht", "south"]), ["norht", "south", "east"]);
    }

    #[test]
    fn the_likest_come_first() {
        let known = ["Cart::add", "checkout", "check", "refund", "checkouts"];
        assert_eq!(most_like("chekout", known), ["checkout", "checkouts"]);
        assert_eq!(most_like("add", known), ["Cart::add"]);
        assert_eq!(most_like("Cart::ad", known), ["Cart::add"]);
        assert_eq!(instead("zebra", &known[..2]), "there is \"Cart::add\" and \"checkout\"");
        assert_eq!(instead("zebra", &[]), "there is none at all");
        let many: Vec<String> = (10..20).map(|number| format!("number {number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(instead("zebra", &many).ends_with("\"number 17\" and 2 more"));
    }
}
