//! A file that lines are appended to.

use crate::error::{Cause, Error};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub(super) struct Log {
    /// Invariant: absolute, so that it does not depend on the current directory of later exports.
    path: PathBuf,
    /// Whether the file may end in the middle of a line, which could not be removed.
    is_cut: bool,
}

impl Log {
    pub(super) fn new(path: &Path) -> Result<Self, Error> {
        let refused = |error| Cause::FilePath { path: path.to_owned(), error };
        let absolute = std::path::absolute(path).map_err(refused)?;
        if path.file_name().is_none() {
            return Err(refused(io::Error::other("the path does not end in a file name")).into());
        }
        Ok(Log { path: absolute, is_cut: false })
    }

    /// Appends whole lines, and removes from `lines` those that are in the file. If not all can be written, the file ends after the last
    /// whole one.
    pub(super) fn append(&mut self, lines: &mut String) -> io::Result<()> {
        // Opening a pipe would wait for its reader, and nothing can be removed from it.
        if fs::metadata(&self.path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(io::Error::other("it is not a regular file"));
        }
        let mut file = File::options().create(true).append(true).open(&self.path)?;
        if self.is_cut {
            file.write_all(b"\n")?;
            self.is_cut = false;
        }
        let begin = file.metadata()?.len();
        let (written, result) = write(&mut file, lines.as_bytes());
        let whole =
            lines.as_bytes()[..written].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        if whole < written {
            // If another program has appended meanwhile, nothing may be removed.
            let is_ours = file.metadata().is_ok_and(|metadata| metadata.len() == begin + written as u64);
            self.is_cut = !is_ours || file.set_len(begin + whole as u64).is_err();
        }
        lines.drain(..whole);
        result
    }
}

/// Writes `bytes`. Returns how many have been written, also if there is an error.
fn write(out: &mut impl Write, bytes: &[u8]) -> (usize, io::Result<()>) {
    let mut written = 0;
    while written < bytes.len() {
        match out.write(&bytes[written..]) {
            Ok(0) => return (written, Err(io::ErrorKind::WriteZero.into())),
            Ok(count) => written += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (written, Err(error)),
        }
    }
    (written, Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::temp_name::random_digits;

    /// Accepts so many bytes.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let count = bytes.len().min(self.0).min(3);
            self.0 -= count;
            if count == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(count) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_is_written_before_an_error_is_known() {
        let (written, result) = write(&mut Full(8), b"0123456789");
        assert_eq!((written, result.unwrap_err().kind()), (8, io::ErrorKind::StorageFull));
        assert!(matches!(write(&mut Full(20), b"0123456789"), (10, Ok(()))));
    }

    #[test]
    fn lines_are_appended_and_a_cut_line_is_ended() {
        let path = std::env::temp_dir().join(format!("tachometer-log-{}", random_digits(8)));
        let mut log = Log::new(&path).unwrap();
        let mut lines = "a\nb\n".to_owned();
        log.append(&mut lines).unwrap();
        assert_eq!(lines, "");
        fs::write(&path, "a\nb\ncut").unwrap();
        log.is_cut = true;
        log.append(&mut "c\n".to_owned()).unwrap();
        log.append(&mut "d\n".to_owned()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a\nb\ncut\nc\nd\n");
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn only_regular_files_are_appended_to() {
        let mut log = Log::new(&std::env::temp_dir()).unwrap();
        assert_eq!(log.append(&mut "a\n".to_owned()).unwrap_err().to_string(), "it is not a regular file");
        assert!(Log::new(Path::new("/")).is_err());
    }
}
