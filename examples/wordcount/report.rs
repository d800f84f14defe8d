//! The result and the instrumented functions, as tables.

use crate::stages::{Counts, Rejection};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::Utf8Error;
use std::time::Duration;
use tachometer::FullSnapshot;

/// The number of file kinds in the table: those with the most words.
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
        write!(f, "{:<12} {:>9}", "rejected", self.rejected.len())?;
        if !self.rejected.is_empty() {
            write!(f, "  ({}; --list-rejected names them)", self.reasons())?;
        }
        writeln!(f)
    }
}

impl Report {
    /// Why files were rejected, in a few words.
    fn reasons(&self) -> String {
        let not_text = self.rejected.iter().filter(|(_, rejection)| rejection.is::<Utf8Error>()).count();
        match (not_text, self.rejected.len() - not_text) {
            (_, 0) => "not UTF-8".to_owned(),
            (0, _) => "unreadable".to_owned(),
            (not_text, unreadable) => format!("{not_text} not UTF-8, {unreadable} unreadable"),
        }
    }
}

/// The functions of a snapshot, those with the most time first. (The snapshot's own `Display` has more columns.)
pub(crate) struct Functions<'a>(pub(crate) &'a FullSnapshot);

impl fmt::Display for Functions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut functions: Vec<_> = self.0.functions.iter().collect();
        functions.sort_by_key(|function| Reverse(function.total_time()));

        writeln!(f, "{:<12} {:>9} {:>12} {:>12} {:>14}", "function", "calls", "errors", "mean", "max")?;
        for function in functions {
            let [mean, max] = [function.mean(), function.max()].map(time);
            let (calls, errors) = (function.calls(), function.errors);
            writeln!(f, "{:<12} {calls:>9} {errors:>12} {mean:>12} {max:>14}", function.function)?;
        }
        Ok(())
    }
}

fn time(time: Option<Duration>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| format!("{time:.1?}"))
}

fn row(name: &str, sum: &Sum) -> String {
    let Sum { files, lines, words, bytes } = sum;
    format!("{name:<12} {files:>9} {lines:>12} {words:>12} {bytes:>14}")
}
