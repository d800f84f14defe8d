//! Sinks as a name and a callback.

use super::file::File;
use super::stdout::Stdout;
use crate::error::Error;
use crate::export::output_format::OutputFormat;
use crate::snapshot::FullSnapshot;
use crate::util::periodic::Run;
use std::fmt;
use std::io;
use std::path::Path;

/// A named destination of snapshots.
pub(in crate::export) struct Sink {
    pub(in crate::export) name: String,
    pub(in crate::export) write: Box<Write>,
}

type Write = dyn FnMut(&FullSnapshot, Run<'_>) -> io::Result<()> + Send;

impl Sink {
    /// Creates a sink that passes snapshots to `write`.
    pub(in crate::export) fn new(
        name: String,
        mut write: impl FnMut(&FullSnapshot) -> io::Result<()> + Send + 'static,
    ) -> Self {
        Sink::with_run(name, move |snapshot, _| write(snapshot))
    }

    /// Creates a sink that passes snapshots to `write`, which learns when it is to end.
    pub(in crate::export) fn with_run(
        name: String,
        write: impl FnMut(&FullSnapshot, Run<'_>) -> io::Result<()> + Send + 'static,
    ) -> Self {
        Sink { name, write: Box::new(write) }
    }

    /// Creates a sink that writes to the standard output.
    pub(in crate::export) fn stdout(format: OutputFormat) -> Self {
        let mut stdout = Stdout::default();
        Sink::new("stdout".to_owned(), move |snapshot| stdout.write(format, snapshot))
    }

    /// Creates a sink that replaces a file atomically. If `is_kept`, a symbolic link at the path stays, and so do the mode and the owner of
    /// the file.
    pub(in crate::export) fn file(path: &Path, format: OutputFormat, is_kept: bool) -> Result<Self, Error> {
        let name = path.display().to_string();
        let file = File::new(path)?;
        let file = if is_kept { file.kept() } else { file };
        let mut contents = Vec::new();
        Ok(Sink::new(name, move |snapshot| {
            format.render(snapshot, &mut contents);
            file.replace(&contents)
        }))
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sink").field(&self.name).finish()
    }
}
