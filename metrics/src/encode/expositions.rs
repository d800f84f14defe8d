//! Snapshots in the exposition formats.

use super::format::Format;
use super::selection::Selection;
use super::{openmetrics, prometheus, protobuf};
use crate::snapshot::FullSnapshot;
use std::mem;

impl FullSnapshot {
    /// Returns this snapshot as Prometheus text 0.0.4 (`text/plain; version=0.0.4; charset=utf-8`).
    ///
    /// Each family is a block that begins with `# HELP` and `# TYPE`. Families and series are in a stable order, and buckets are
    /// cumulative up to `+Inf`. A snapshot without metrics is empty. [`encode`](Self::encode) appends to an existing buffer.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// registry.describe("queue_length", "Jobs waiting");
    /// registry.register_gauge("queue_length").set(3);
    /// assert_eq!(
    ///     registry.snapshot_all().to_prometheus_format(),
    ///     "# HELP queue_length Jobs waiting\n# TYPE queue_length gauge\nqueue_length 3\n"
    /// );
    /// ```
    pub fn to_prometheus_format(&self) -> String {
        let mut text = String::new();
        self.encode(Format::Prometheus, &mut text);
        text
    }

    /// Returns this snapshot as OpenMetrics 1.0 (`application/openmetrics-text; version=1.0.0; charset=utf-8`).
    ///
    /// The series are those of [`to_prometheus_format`](Self::to_prometheus_format), with the same names, labels and values. The
    /// family of a counter `jobs_total` is named `jobs` in this format. OpenMetrics requires the suffix `_total` for counters, so
    /// a counter without it has the type `unknown`, under its own name. A snapshot without metrics is `# EOF` alone.
    /// [`encode`](Self::encode) appends to an existing buffer, and can add `_created` samples.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// registry.describe("jobs_total", "Jobs done");
    /// registry.register_counter("jobs_total").add(3);
    /// assert_eq!(
    ///     registry.snapshot_all().to_openmetrics_format(),
    ///     "# HELP jobs Jobs done\n# TYPE jobs counter\njobs_total 3\n# EOF\n"
    /// );
    /// ```
    pub fn to_openmetrics_format(&self) -> String {
        let mut text = String::new();
        self.encode(Format::OpenMetrics, &mut text);
        text
    }

    /// Returns this snapshot as protocol buffers, [`Format::Protobuf`]: a message `io.prometheus.client.MetricFamily` for each family,
    /// after its length.
    ///
    /// The series are those of [`to_prometheus_format`](Self::to_prometheus_format), with the same names, labels and values; texts are
    /// not escaped. In addition:
    ///
    /// - Histograms that have [native buckets](crate::HistogramSnapshot::native) show them beside the classic ones, as Prometheus'
    ///   native histograms. If other series of the family have none, these are a second message of the same name after the first:
    ///   Prometheus before 3.7 refuses a message with both.
    /// - Counters and histograms show the time from which they have counted.
    /// - Families whose name ends in a unit show it.
    ///
    /// A snapshot without metrics is empty. [`encode_bytes`](Self::encode_bytes) appends to an existing buffer.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::{Format, MetricsRegistry};
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// registry.describe("queue_length", "Jobs waiting");
    /// registry.register_gauge("queue_length").set(3);
    /// let body = registry.snapshot_all().to_protobuf();
    /// // The length of the family; its name and help text, each after a key and its length; its kind; its only series.
    /// let (family, series) = body.split_at(32);
    /// assert_eq!(family, b"\x2b\x0a\x0cqueue_length\x12\x0cJobs waiting\x18\x01\x22");
    /// assert_eq!(series, [b"\x0b\x12\x09\x09".as_slice(), &3_f64.to_le_bytes()].concat());
    ///
    /// // For the header of the response:
    /// assert!(Format::Protobuf.content_type().starts_with("application/vnd.google.protobuf; "));
    /// ```
    pub fn to_protobuf(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.encode_bytes(Format::Protobuf, &mut bytes);
        bytes
    }

    /// Appends this snapshot in `format`, which must be one of text, to `text`.
    ///
    /// Reuse a cleared `text` to avoid allocations: there is then none per series, and few per family.
    ///
    /// # Panics
    /// If the format is [`Protobuf`](Format::Protobuf), which is not text: [`encode_bytes`](Self::encode_bytes) writes it.
    pub fn encode(&self, format: Format, text: &mut String) {
        self.encode_text(format, &Selection::ALL, text);
    }

    /// Appends this snapshot in `format` to `bytes`.
    ///
    /// Reuse cleared `bytes` to avoid allocations, as for [`encode`](Self::encode).
    ///
    /// ```
    /// use tachometer::Format;
    ///
    /// let (snapshot, mut bytes) = (tachometer::snapshot(), Vec::new());
    /// for format in [Format::Prometheus, Format::Protobuf] {
    ///     bytes.clear();
    ///     snapshot.encode_bytes(format, &mut bytes);
    ///     println!("{}: {} bytes", format.content_type(), bytes.len());
    /// }
    /// ```
    pub fn encode_bytes(&self, format: Format, bytes: &mut Vec<u8>) {
        let _ = self.encode_selected(format, &Selection::ALL, bytes);
    }

    /// Appends the selected families in `format` to `bytes`. Returns the number of series, unless the format is text, whose lines can be
    /// counted.
    pub(crate) fn encode_selected(
        &self,
        format: Format,
        selection: &Selection<'_>,
        bytes: &mut Vec<u8>,
    ) -> Option<usize> {
        if format == Format::Protobuf {
            return Some(protobuf::write(self, selection, bytes));
        }
        if bytes.is_empty() {
            // Without bytes it is a text, whose room is reused.
            let mut text = String::from_utf8(mem::take(bytes)).unwrap_or_default();
            self.encode_text(format, selection, &mut text);
            *bytes = text.into_bytes();
        } else {
            let mut text = String::new();
            self.encode_text(format, selection, &mut text);
            bytes.extend_from_slice(text.as_bytes());
        }
        None
    }

    fn encode_text(&self, format: Format, selection: &Selection<'_>, text: &mut String) {
        match format {
            Format::Prometheus => prometheus::write(self, selection, text),
            Format::OpenMetrics => openmetrics::write(self, selection, false, text),
            Format::OpenMetricsWithCreated => openmetrics::write(self, selection, true, text),
            Format::Protobuf => panic!("`Format::Protobuf` is not text: use `to_protobuf` or `encode_bytes`"),
        }
    }
}
