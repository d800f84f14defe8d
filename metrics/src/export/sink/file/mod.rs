//! Files that are replaced atomically.
//!
//! `replace` writes each text beside its place and renames it; `keep` does so where others have set up links, modes and owners.

mod keep;
mod replace;

use crate::error::{Cause, Error};
use replace::write_and_rename;
use std::io;
use std::path::{Component, Path, PathBuf, is_separator};

/// A file that is replaced atomically.
#[derive(Debug)]
pub(super) struct File {
    /// Invariant: absolute, so that it does not depend on the current directory of later exports.
    path: PathBuf,
    /// Whether the link, the mode and the owner are kept.
    is_kept: bool,
}

impl File {
    pub(super) fn new(path: &Path) -> Result<Self, Error> {
        let refused = |error| Cause::FilePath { path: path.to_owned(), error };
        let absolute = std::path::absolute(path).map_err(refused)?;
        if let Some(fault) = fault(path, &absolute) {
            return Err(refused(io::Error::other(fault)).into());
        }
        Ok(File { path: absolute, is_kept: false })
    }

    /// Has each export keep what others have set up at the path: a symbolic link, and the mode and the owner of the file.
    pub(super) fn kept(self) -> Self {
        File { is_kept: true, ..self }
    }

    /// Replaces the contents of the file.
    pub(super) fn replace(&self, contents: &[u8]) -> io::Result<()> {
        if self.is_kept {
            keep::replace(&self.path, contents)
        } else {
            write_and_rename(&self.path, contents, &|_| Ok(()))
        }
    }
}

/// Returns the reason why no file can be at `path`, of which `absolute` is the absolute form.
fn fault(path: &Path, absolute: &Path) -> Option<&'static str> {
    let last = path.as_os_str().as_encoded_bytes().last();
    // The absolute form does not show it: Windows resolves `..` in it.
    let Some(name) = path.file_name().filter(|_| !last.is_some_and(|last| is_separator((*last).into())))
    else {
        return Some("the path does not end in a file name");
    };
    if matches!(path.components().next(), Some(Component::Prefix(_))) && !path.has_root() {
        return Some(
            "the path depends on the current directory of a drive: begin it with `C:\\`, for example",
        );
    }
    // Windows opens a device if the name is `NUL`, and drops dots and blanks at its end.
    if absolute.file_name() != Some(name) {
        return Some("the system does not allow this file name");
    }
    // With a colon, what is written is a stream beside the contents of another file, which nothing can be renamed to.
    if cfg!(windows) && name.as_encoded_bytes().iter().any(|byte| b"<>:\"|?*".contains(byte) || *byte < b' ')
    {
        return Some("a file name must not contain control characters or any of < > : \" | ? *");
    }
    None
}
