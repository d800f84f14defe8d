//! Atomic replacement of a file.
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

use crate::util::temp_name::random_digits;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

/// Writes a temporary file in the folder of `path`, and renames it to `path`. Calls `prepare` with it while it is
/// empty, so that its contents are never more readable than they shall be.
pub(super) fn write_and_rename(
    path: &Path,
    contents: &[u8],
    prepare: &dyn Fn(&fs::File) -> io::Result<()>,
) -> io::Result<()> {
    let temporary = path.with_file_name(temporary_name());
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&temporary)?;
    let written = prepare(&file).and_then(|()| file.write_all(contents));
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

/// Returns a random name for a temporary file: hidden, and not one of the files `*.prom` that collectors read.
fn temporary_name() -> String {
    format!(".tachometer-{}.tmp", random_digits(16))
}
