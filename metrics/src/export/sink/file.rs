//! Files that are replaced atomically.
//!
//! Each text is written to a temporary file in the same directory, which is then renamed: a reader sees the previous text or the
//! new one, never a part. The temporary file has a random name and must not exist before (`O_EXCL`). So two programs never write
//! to one file, not even to one that a killed program left, and no symbolic link is followed.
//!
//! The file is not synced to the disk. That would cost a disk write per interval, for numbers that are stale after a reboot. If the
//! file system loses the rename, the previous text is there.

use crate::error::{Cause, Error};
use crate::util::temp_name::random_digits;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file that is replaced atomically.
#[derive(Debug)]
pub(super) struct File {
    /// Invariant: absolute, so that it does not depend on the current directory of later exports.
    path: PathBuf,
}

impl File {
    pub(super) fn new(path: &Path) -> Result<Self, Error> {
        let refused = |error| Cause::FilePath { path: path.to_owned(), error };
        let absolute = std::path::absolute(path).map_err(refused)?;
        let ends_in_separator = path.as_os_str().as_encoded_bytes().ends_with(b"/");
        if ends_in_separator || absolute.file_name().is_none() {
            return Err(refused(io::Error::other("the path does not end in a file name")).into());
        }
        Ok(File { path: absolute })
    }

    /// Replaces the contents of the file with `text`.
    pub(super) fn replace(&self, text: &str) -> io::Result<()> {
        let temporary = self.path.with_file_name(temporary_name());
        let file = fs::OpenOptions::new().write(true).create_new(true).open(&temporary)?;
        let written = self.write_and_rename(file, &temporary, text);
        if written.is_err() {
            // The first error is the one to report.
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    fn write_and_rename(&self, mut file: fs::File, temporary: &Path, text: &str) -> io::Result<()> {
        file.write_all(text.as_bytes())?;
        // Closed first: some systems cannot rename an open file.
        drop(file);
        fs::rename(temporary, &self.path)
    }
}

/// Returns a random name for a temporary file: hidden, and not one of the files `*.prom` that collectors read.
fn temporary_name() -> String {
    format!(".tachometer-{}.tmp", random_digits(16))
}
