//! Suggestions for misspelled words.

/// Returns the word that was probably meant: one that differs from `written` by a letter more, less, changed, or two
/// swapped; or by two such slips in a long word.
pub(crate) fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let slips = known.into_iter().map(|known| (distance(written, known), known));
    let near = slips.filter(|(slips, known)| *slips <= 1 + usize::from(known.len() > 5));
    near.min_by_key(|(slips, _)| *slips).map(|(_, known)| known)
}

/// Computes the optimal string alignment distance, row by row.
fn distance(written: &str, known: &str) -> usize {
    let (written, known): (Vec<char>, Vec<char>) = (written.chars().collect(), known.chars().collect());
    let mut rows = vec![(0..=known.len()).collect::<Vec<usize>>()];
    for (i, a) in written.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in known.iter().enumerate() {
            let mut distance = (rows[i][j] + usize::from(a != b)).min(row[j] + 1).min(rows[i][j + 1] + 1);
            if i > 0 && j > 0 && *a == known[j - 1] && written[i - 1] == *b {
                distance = distance.min(rows[i - 1][j - 1] + 1);
            }
            row.push(distance);
        }
        rows.push(row);
    }
    rows[written.len()][known.len()]
}
