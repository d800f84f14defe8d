//! Directory traversal.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{fs, io};
use tachometer::instrumented;

/// The contents of a directory, at all levels.
pub(crate) struct Tree {
    /// The files, sorted.
    pub(crate) files: Vec<PathBuf>,
    /// The directories that could not be read.
    pub(crate) unreadable: Vec<(PathBuf, io::Error)>,
}

/// Finds the regular files below `root`, except in directories that are hidden or called `target`. Links are not
/// followed. Fails if `root` itself cannot be read.
pub(crate) fn walk(root: &Path) -> io::Result<Tree> {
    let mut tree = Tree { files: Vec::new(), unreadable: Vec::new() };
    let mut pending = list(root, &mut tree.files)?;
    while let Some(dir) = pending.pop() {
        match list(&dir, &mut tree.files) {
            Ok(below) => pending.extend(below),
            Err(error) => tree.unreadable.push((dir, error)),
        }
    }
    tree.files.sort_unstable();
    Ok(tree)
}

/// Adds the files that stand in `dir` to `files`, and returns the directories to go into.
#[instrumented]
fn list(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<Vec<PathBuf>> {
    let mut below = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_file() {
            files.push(entry.path());
        } else if kind.is_dir() && !is_left_out(&entry.file_name()) {
            below.push(entry.path());
        }
    }
    Ok(below)
}

fn is_left_out(dir: &OsStr) -> bool {
    dir == "target" || dir.as_encoded_bytes().starts_with(b".")
}
