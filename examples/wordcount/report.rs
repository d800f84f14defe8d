//! What came out, as a small table.

use crate::stages::{Counts, Rejection};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// How many kinds of file the table shows: those with the most words.
const KINDS_SHOWN: usize = 5;

#[derive(Default)]
pub(crate) struct Report {
    pub(crate) accepted: Vec<PathBuf>,
    pub(crate) rejected: Vec<(PathBuf, Rejection)>,
    total: Sum,
    /// By extension.
    kinds: BTreeMap<String, Sum>,
}

#[derive(Default, Clone, Copy)]
struct Sum {
    files: u64,
    lines: u64,
    words: u64,
    bytes: u64,
}

impl Sum {
    fn add(&mut self, counts: Counts) {
        self.files += 1;
        self.lines += counts.lines;
        self.words += counts.words;
        self.bytes += counts.bytes;
    }
}

impl Report {
    pub(crate) fn accept(&mut self, file: PathBuf, counts: Counts) {
        self.total.add(counts);
        self.kinds.entry(kind(&file)).or_default().add(counts);
        self.accepted.push(file);
    }

    pub(crate) fn reject(&mut self, path: PathBuf, rejection: Rejection) {
        self.rejected.push((path, rejection));
    }
}

fn kind(file: &Path) -> String {
    file.extension().map_or_else(|| "(none)".to_owned(), |kind| format!(".{}", kind.to_string_lossy()))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut kinds: Vec<_> = self.kinds.iter().collect();
        kinds.sort_by_key(|(_, sum)| Reverse(sum.words));
        kinds.truncate(KINDS_SHOWN);

        writeln!(f, "{:<12} {:>9} {:>12} {:>12} {:>14}", "", "files", "lines", "words", "bytes")?;
        writeln!(f, "{}", row("accepted", &self.total))?;
        for (kind, sum) in kinds {
            writeln!(f, "{}", row(&format!("  {kind}"), sum))?;
        }
        writeln!(f, "{:<12} {:>9}", "rejected", self.rejected.len())
    }
}

fn row(name: &str, sum: &Sum) -> String {
    let Sum { files, lines, words, bytes } = sum;
    format!("{name:<12} {files:>9} {lines:>12} {words:>12} {bytes:>14}")
}
