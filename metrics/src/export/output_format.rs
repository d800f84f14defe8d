//! Formats in which a sink writes snapshots as text.

use crate::encode::Format;
use crate::snapshot::FullSnapshot;
use std::fmt::Write;

/// A format for scrapers, for programs or for people.
#[derive(Debug, Clone, Copy)]
pub(super) enum OutputFormat {
    Text(Format),
    #[cfg(feature = "json")]
    JsonLine,
    Table,
}

impl Default for OutputFormat {
    fn default() -> Self {
        OutputFormat::Text(Format::default())
    }
}

impl OutputFormat {
    /// Returns the name of this format for errors, unless it is Prometheus text, which a file `*.prom` may contain.
    pub(super) fn name_unless_prometheus(self) -> Option<&'static str> {
        match self {
            OutputFormat::Text(Format::Prometheus) => None,
            OutputFormat::Text(Format::OpenMetrics | Format::OpenMetricsWithCreated) => Some("OpenMetrics"),
            #[cfg(feature = "json")]
            OutputFormat::JsonLine => Some("JSON"),
            OutputFormat::Table => Some("a table"),
        }
    }

    /// Replaces `text` with `snapshot` as whole lines. The buffer is reused.
    pub(super) fn render(self, snapshot: &FullSnapshot, text: &mut String) {
        text.clear();
        match self {
            OutputFormat::Text(format) => snapshot.encode(format, text),
            #[cfg(feature = "json")]
            OutputFormat::JsonLine => {
                snapshot.encode_json(text);
                text.push('\n');
            }
            // Writing to a string cannot fail.
            OutputFormat::Table => _ = writeln!(text, "{snapshot}"),
        }
    }
}
