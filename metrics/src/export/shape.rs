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

impl Default for Shape {
    fn default() -> Self {
        Shape::Text(Format::default())
    }
}

impl Shape {
    /// Whether it is a text that scrapers read.
    pub(super) fn is_exposition(self) -> bool {
        matches!(self, Shape::Text(_))
    }

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
