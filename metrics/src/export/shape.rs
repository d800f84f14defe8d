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
    /// For errors: what it is called, unless it is the Prometheus text that a file `*.prom` holds.
    pub(super) fn not_for_prom(self) -> Option<&'static str> {
        match self {
            Shape::Text(Format::Prometheus) => None,
            Shape::Text(Format::OpenMetrics | Format::OpenMetricsWithCreated) => Some("OpenMetrics"),
            #[cfg(feature = "json")]
            Shape::JsonLine => Some("JSON"),
            Shape::Table => Some("a table"),
        }
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
