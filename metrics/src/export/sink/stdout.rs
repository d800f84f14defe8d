//! The standard output.

use crate::export::shape::Shape;
use crate::snapshot::FullSnapshot;
use std::io::{self, Write};

/// Prints `snapshot` in one piece: what others print comes before or after it.
pub(crate) fn write(shape: Shape, snapshot: &FullSnapshot) -> io::Result<()> {
    let mut text = String::new();
    shape.render(snapshot, &mut text);
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}
