//! Formats in which a sink writes snapshots.

use crate::encode::Format;
use crate::snapshot::FullSnapshot;
use std::fmt::Write;
use std::mem;

/// A format for scrapers, for programs or for people.
#[derive(Debug, Clone, Copy)]
pub(super) enum OutputFormat {
    Exposition(Format),
    #[cfg(feature = "json")]
    JsonLine,
    Table,
}

impl Default for OutputFormat {
    fn default() -> Self {
        OutputFormat::Exposition(Format::default())
    }
}

impl OutputFormat {
    /// Returns the name of this format for errors, unless it is Prometheus text, which a file `*.prom` may contain.
    pub(super) fn name_unless_prometheus(self) -> Option<&'static str> {
        match self {
            OutputFormat::Exposition(Format::Prometheus) => None,
            OutputFormat::Exposition(Format::OpenMetrics | Format::OpenMetricsWithCreated) => {
                Some("OpenMetrics")
            }
            OutputFormat::Exposition(Format::Protobuf) => Some("protocol buffers"),
            #[cfg(feature = "json")]
            OutputFormat::JsonLine => Some("JSON"),
            OutputFormat::Table => Some("a table"),
        }
    }

    /// Returns whether it is text, in whole lines.
    pub(super) fn is_text(self) -> bool {
        !matches!(self, OutputFormat::Exposition(Format::Protobuf))
    }

    /// Replaces `bytes` with `snapshot`. The buffer is reused.
    pub(super) fn render(self, snapshot: &FullSnapshot, bytes: &mut Vec<u8>) {
        bytes.clear();
        match self {
            OutputFormat::Exposition(format) => snapshot.encode_bytes(format, bytes),
            #[cfg(feature = "json")]
            OutputFormat::JsonLine => render_text(bytes, |text| {
                snapshot.encode_json(text);
                text.push('\n');
            }),
            // Writing to a string cannot fail.
            OutputFormat::Table => render_text(bytes, |text| _ = writeln!(text, "{snapshot}")),
        }
    }
}

/// Fills an empty buffer with a text.
fn render_text(bytes: &mut Vec<u8>, write: impl FnOnce(&mut String)) {
    let mut text = String::from_utf8(mem::take(bytes)).unwrap_or_default();
    write(&mut text);
    *bytes = text.into_bytes();
}
