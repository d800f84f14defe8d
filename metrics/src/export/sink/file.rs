//! A file that is always whole.
//!
//! Each text is written to a new file in the same directory, which then takes the name: a reader opens the text before or the
//! text after, never a part. A new name each time, that is made or refused, keeps two programs, or what one left behind when
//! it was killed, from writing into each other's file, and a link that somebody put there from being followed.
//!
//! It is not synced to the disk. That would cost a write to the medium at each interval, for numbers that are old when the
//! machine is up again; and file systems that lose a rename show the text before.

use crate::error::{Cause, Error};
use crate::util::temp_name::random_digits;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub(super) struct File {
    /// Invariant: absolute, so that it stays where it is when the program changes its directory.
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

    /// Makes `text` all that the file holds.
    pub(super) fn replace(&self, text: &str) -> io::Result<()> {
        let aside = self.path.with_file_name(name_aside());
        let file = fs::OpenOptions::new().write(true).create_new(true).open(&aside)?;
        let written = self.fill_and_rename(file, &aside, text);
        if written.is_err() {
            // The error that led here is the one to tell of.
            let _ = fs::remove_file(&aside);
        }
        written
    }

    fn fill_and_rename(&self, mut file: fs::File, aside: &Path, text: &str) -> io::Result<()> {
        file.write_all(text.as_bytes())?;
        // Closed first: there are systems that rename no open file.
        drop(file);
        fs::rename(aside, &self.path)
    }
}

/// Ends in `.tmp`, which readers of `*.prom` pass over, and begins with a dot, as what is of no interest does.
fn name_aside() -> String {
    format!(".tachometer-{}.tmp", random_digits(16))
}
