//! Files that are replaced atomically.
//!
//! Each text is written to a temporary file in the same directory, which is then renamed: a reader sees the previous text or the
//! new one, never a part. The temporary file has a random name and must not exist before (`O_EXCL`). So two programs never write
//! to one file, not even to one that a killed program left, and no symbolic link is followed.
//!
//! Windows refuses to replace a file while another program has it open without sharing it, as virus scanners have for some
//! milliseconds. (On a file system that has no POSIX renames, as NTFS has, while anyone has it open.) So the rename is tried
//! again for half a second, lest a last export be lost. If it still fails, that is the error of this export, and the previous
//! text stays.
//!
//! The file is not synced to the disk. That would cost a disk write per interval, for numbers that are stale after a reboot. If the
//! file system loses the rename, the previous text is there.

mod keep;

use crate::error::{Cause, Error};
use crate::util::temp_name::random_digits;
use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf, is_separator};
use std::thread;
use std::time::Duration;

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

/// Writes a temporary file in the folder of `path`, and renames it to `path`. Calls `prepare` with it before.
fn write_and_rename(
    path: &Path,
    contents: &[u8],
    prepare: &dyn Fn(&fs::File) -> io::Result<()>,
) -> io::Result<()> {
    let temporary = path.with_file_name(temporary_name());
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&temporary)?;
    let written = file.write_all(contents).and_then(|()| prepare(&file));
    // Closed first: some systems cannot rename an open file.
    drop(file);
    let renamed = written.and_then(|()| rename(&temporary, path));
    if renamed.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    renamed
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    for _ in 1..RENAMES {
        match fs::rename(from, to) {
            Err(error) if is_held(&error) => thread::sleep(PAUSE),
            result => return result,
        }
    }
    fs::rename(from, to)
}

/// How often a rename is tried while another program holds the file.
const RENAMES: u32 = 21;
const PAUSE: Duration = Duration::from_millis(25);

/// Whether a rename may have failed because another program has the file open.
fn is_held(error: &io::Error) -> bool {
    const ACCESS_DENIED: i32 = 5;
    const SHARING_VIOLATION: i32 = 32;
    cfg!(windows) && matches!(error.raw_os_error(), Some(ACCESS_DENIED | SHARING_VIOLATION))
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

/// Returns a random name for a temporary file: hidden, and not one of the files `*.prom` that collectors read.
fn temporary_name() -> String {
    format!(".tachometer-{}.tmp", random_digits(16))
}
