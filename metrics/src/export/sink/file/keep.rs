//! Replacement of a file that others have set up: its symbolic link, its mode and its owner are kept.
//!
//! The file at the end of the links is replaced by an atomic rename in its own folder, by a new file with the same mode and owner. That is
//! impossible if the folder is read-only, if the file is a mount of its own, or if this process may not give the file to its owner. Then the
//! contents are overwritten, which is not atomic, and keeps whatever the file has.

use super::replace::write_and_rename;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Replaces the contents of the file that `path` leads to.
pub(super) fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    let target = follow(path)?;
    let metadata = match fs::metadata(&target) {
        Ok(metadata) if !metadata.is_file() => return Err(io::Error::other("it is not a regular file")),
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return write_and_rename(&target, contents, &|_| Ok(()));
        }
        Err(error) => return Err(error),
    };
    match write_and_rename(&target, contents, &|file| take_over(file, &metadata)) {
        Err(error) if is_lasting(&error) => overwrite(&target, contents).map_err(|_| error),
        result => result,
    }
}

/// Returns the path at the end of the symbolic links. Nothing need be there.
fn follow(path: &Path) -> io::Result<PathBuf> {
    /// As many as Linux follows.
    const MOST: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..=MOST {
        if !path.is_symlink() {
            return Ok(path);
        }
        let target = fs::read_link(&path)?;
        // A relative one begins in the folder of the link.
        path = path.parent().map_or_else(|| target.clone(), |folder| folder.join(&target));
    }
    Err(io::Error::other("too many symbolic links"))
}

/// Returns whether a replacement will fail again: no file may be made in the folder, or it may not be renamed or given away.
fn is_lasting(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::ResourceBusy
            | ErrorKind::CrossesDevices
            | ErrorKind::Unsupported
    )
}

/// Writes over the contents of an existing file.
fn overwrite(path: &Path, contents: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).open(path)?;
    file.write_all(contents)?;
    // Afterwards: a reader in between sees no empty file.
    file.set_len(contents.len() as u64)
}

/// Gives a new file the owner and the mode of another one.
#[cfg(unix)]
fn take_over(file: &File, other: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let own = file.metadata()?;
    let changed = |own: u32, other: u32| (own != other).then_some(other);
    let (user, group) = (changed(own.uid(), other.uid()), changed(own.gid(), other.gid()));
    if user.is_some() || group.is_some() {
        fchown(file, user, group)?;
    }
    // Afterwards: a change of the owner may remove bits of the mode.
    file.set_permissions(other.permissions())
}

/// Gives a new file the permissions of another one.
#[cfg(not(unix))]
fn take_over(file: &File, other: &fs::Metadata) -> io::Result<()> {
    file.set_permissions(other.permissions())
}
