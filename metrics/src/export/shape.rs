//! What a snapshot looks like where it is written as text.

use crate::encode::Format;
use crate::snapshot::FullSnapshot;
use std::fmt::Write;

#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Text(Format),
    #[cfg(feature = "json")]
    JsonLine,
    Table,
}

impl Shape {
    /// Makes `text` that of `snapshot`, whole lines. Its room is used again.
    pub(super) fn render(self, snapshot: &FullSnapshot, text: &mut String) {
        text.clear();
        match self {
            Shape::Text(format) => snapshot.encode(format, text),
            #[cfg(feature = "json")]
            Shape::JsonLine => {
                snapshot.encode_json(text);
                text.push('\n');
            }
            // A string takes all that is written to it.
            Shape::Table => _ = writeln!(text, "{snapshot}"),
        }
    }
}
