//! Where an exporter's snapshots go.

mod file;
mod stdout;

use super::shape::Shape;
use crate::error::Error;
use crate::snapshot::FullSnapshot;
use std::fmt;
use std::io;
use std::path::Path;

pub(super) use stdout::{write as write_to_stdout, write_past_lock};

pub(super) struct Sink {
    pub(super) name: String,
    pub(super) write: Box<Write>,
}

type Write = dyn FnMut(&FullSnapshot) -> io::Result<()> + Send;

impl Sink {
    pub(super) fn new(
        name: String,
        write: impl FnMut(&FullSnapshot) -> io::Result<()> + Send + 'static,
    ) -> Self {
        Sink { name, write: Box::new(write) }
    }

    pub(super) fn stdout(shape: Shape) -> Self {
        let mut stdout = stdout::Stdout::default();
        Sink::new("stdout".to_owned(), move |snapshot| stdout.write(shape, snapshot))
    }

    pub(super) fn file(path: &Path, shape: Shape) -> Result<Self, Error> {
        let name = path.display().to_string();
        let file = file::File::new(path)?;
        let mut text = String::new();
        Ok(Sink::new(name, move |snapshot| {
            shape.render(snapshot, &mut text);
            file.replace(&text)
        }))
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sink").field(&self.name).finish()
    }
}
