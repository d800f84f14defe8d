//! CloudWatch's embedded metric format, on stdout or in a file.
//!
//! `log` is a file that documents are appended to.

mod log;

use super::Sink;
use super::reported::Reported;
use super::stdout::Stdout;
use crate::encode::emf::{EmfEncoder, MAX_DIMENSIONS, is_dimension_name};
use crate::error::{Cause, Error};
use crate::snapshot::FullSnapshot;
use log::Log;
use std::io;
use std::path::PathBuf;

/// CloudWatch's embedded metric format as a sink of an exporter: JSON documents, one a line, of which CloudWatch makes metrics when they
/// are in a log. Passed to [`ExporterBuilder::to_emf`](crate::export::ExporterBuilder::to_emf).
///
/// In a function as a service, or in a container whose output is a log, write to stdout and call
/// [`Exporter::flush`](crate::export::Exporter::flush) at the end of each request:
///
/// ```
/// use std::time::Duration;
/// use tachometer::MetricsRegistry;
/// use tachometer::export::{Emf, Exporter};
///
/// fn handle(exporter: &Exporter, registry: &MetricsRegistry) {
///     registry.register_counter("requests").increment();
///     // The process may be frozen from now on.
///     exporter.flush(Duration::from_secs(1));
/// }
///
/// # fn main() -> Result<(), tachometer::Error> {
/// let registry = MetricsRegistry::new(Duration::from_secs(60));
/// let exporter = registry.exporter().to_emf(Emf::new("Shop").dimension("service", "cart")).start()?;
/// handle(&exporter, &registry);
/// # Ok(())
/// # }
/// ```
///
/// # What is written
/// - **Counters** and calls: what has been added since the last export that was written, and in the first export since the start of the
///   program. What has not grown is not written.
/// - **Gauges**: the value, at each export.
/// - **Histograms** and durations: the middle of each bucket with new values, and how many these are (`Values` and `Counts`), with their
///   sum. The middle is within 4.6 % of the values, if the histogram has [native buckets](crate::HistogramSnapshot::native).
///
/// Names of metrics are those of all other formats. Units are those their names end in, `Count` for counters and integer gauges, and `None`
/// for all others. Series with the same labels are in one document. A document has at most 100 metrics, 100 values of each and 250 000
/// bytes; what is more is in further documents.
///
/// Labels are dimensions, unless [`dimension_labels`](Self::dimension_labels) chooses some of them. In the value of a dimension, bytes that
/// are not printable ASCII become `%` and two hexadecimal digits. A label with the name of a metric gets an underscore at its end. Series
/// that CloudWatch would refuse, with more than 30 dimensions or a value longer than 1024 bytes, are left out: that is the error of one
/// export, which names them.
///
/// # What is lost
/// If a document could not be written, it precedes those of the next export. A file is cut back to its last whole document, as on a full
/// disk, so nothing is written twice. On stdout, documents that were printed before the error may be printed again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a sink does nothing until it is passed to `to_emf`"]
pub struct Emf {
    namespace: String,
    dimensions: Vec<(String, String)>,
    labels: Option<Vec<String>>,
    /// Stdout, if there is none.
    file: Option<PathBuf>,
}

impl Emf {
    /// Creates a sink whose metrics are in `namespace`.
    pub fn new(namespace: impl Into<String>) -> Self {
        Emf { namespace: namespace.into(), dimensions: Vec::new(), labels: None, file: None }
    }

    /// Adds a dimension to all metrics. A series that has a label of this name keeps its own.
    pub fn dimension(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.dimensions.push((name.into(), value.into()));
        self
    }

    /// Sets the labels that are dimensions; by default all are. CloudWatch bills each combination of their values. The other labels are
    /// members of the documents, for which a log can be searched; CloudWatch adds up series that differ only in these.
    ///
    /// ```
    /// # use tachometer::export::Emf;
    /// let emf = Emf::new("Shop").dimension_labels(["function", "outcome"]);
    /// ```
    pub fn dimension_labels<L: Into<String>>(self, labels: impl IntoIterator<Item = L>) -> Self {
        Emf { labels: Some(labels.into_iter().map(Into::into).collect()), ..self }
    }

    /// Appends the documents to a regular file, which is created if it does not exist, instead of printing them to stdout. The file is opened at
    /// each export, so it may be renamed in between.
    pub fn to_file(self, path: impl Into<PathBuf>) -> Self {
        Emf { file: Some(path.into()), ..self }
    }

    /// Returns the sink, if all settings are valid.
    pub(in crate::export) fn into_sink(self) -> Result<Sink, Error> {
        self.check()?;
        let Emf { namespace, dimensions, labels, file } = self;
        let (name, output) = match file {
            None => ("emf stdout".to_owned(), Output::Stdout(Stdout::default())),
            Some(path) => (format!("emf {}", path.display()), Output::Log(Log::new(&path)?)),
        };
        let encoder = EmfEncoder { namespace, dimensions, labels };
        let mut delivery = Delivery {
            encoder,
            output,
            pending: String::new(),
            encoded: None,
            reported: Reported::default(),
        };
        Ok(Sink::new(name, move |snapshot| delivery.export(snapshot)))
    }

    fn check(&self) -> Result<(), Error> {
        let Emf { namespace, dimensions, labels, .. } = self;
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_/#: ".contains(&byte);
        if !(1..=255).contains(&namespace.len())
            || !namespace.bytes().all(is_allowed)
            || namespace.trim().is_empty()
        {
            let reason = format!(
                "{namespace:?} must consist of 1 to 255 ASCII letters, digits, blanks and any of . - _ / # :"
            );
            return Err(refused("namespace", reason));
        }
        if namespace.starts_with("AWS/") || namespace.starts_with(':') {
            return Err(refused("namespace", format!("{namespace:?} must not begin with `AWS/` or `:`")));
        }
        if dimensions.len() > MAX_DIMENSIONS {
            let reason = format!("there are {}, and at most {MAX_DIMENSIONS} are allowed", dimensions.len());
            return Err(refused("dimensions", reason));
        }
        for (place, (name, value)) in dimensions.iter().enumerate() {
            let is_printable = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
            let reason = if !is_dimension_name(name) || name == "_aws" {
                "its name must consist of 1 to 250 printable ASCII characters without blanks, must not begin with `:`, and must not be `_aws`"
            } else if !(1..=1_024).contains(&value.len())
                || !value.bytes().all(is_printable)
                || value.trim().is_empty()
            {
                "its value must consist of 1 to 1024 printable ASCII characters, not only of blanks"
            } else if dimensions[..place].iter().any(|(other, _)| other == name) {
                "there is another one of this name"
            } else {
                continue;
            };
            return Err(refused("dimension", format!("{name:?} with the value {value:?}: {reason}")));
        }
        if let Some(label) = labels.iter().flatten().find(|label| !crate::names::is_label_name(label)) {
            let reason = format!(
                "{label:?} is not the name of a label: it must consist of ASCII letters, digits and `_`"
            );
            return Err(refused("labels that are dimensions", reason));
        }
        Ok(())
    }
}

impl<S: Into<String>> From<S> for Emf {
    fn from(namespace: S) -> Self {
        Emf::new(namespace)
    }
}

fn refused(setting: &'static str, reason: String) -> Error {
    Cause::SinkSetting { sink: "EMF", setting, reason }.into()
}

#[derive(Debug)]
enum Output {
    Stdout(Stdout),
    Log(Log),
}

impl Output {
    /// Writes whole lines, and removes those that are written.
    fn write(&mut self, lines: &mut String) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        match self {
            Output::Stdout(stdout) => {
                stdout.print(lines.clone().into_bytes())?;
                lines.clear();
                Ok(())
            }
            Output::Log(log) => log.append(lines),
        }
    }
}

/// The exports to one output. Its memory is bounded: what could not be written is one export at most.
#[derive(Debug)]
struct Delivery {
    encoder: EmfEncoder,
    output: Output,
    /// The documents that are not written yet.
    pending: String,
    /// The snapshot whose counts are in documents, written or pending.
    encoded: Option<FullSnapshot>,
    /// The errors about series.
    reported: Reported,
}

impl Delivery {
    fn export(&mut self, snapshot: &FullSnapshot) -> io::Result<()> {
        self.output.write(&mut self.pending)?;
        let Delivery { encoder, pending, encoded, reported, .. } = self;
        let difference = encoded.as_ref().map(|encoded| snapshot.since(encoded));
        let mut refused = None;
        encoder.encode(snapshot, difference.as_ref().unwrap_or(snapshot), pending, |reason| {
            if reported.is_new(&reason) {
                refused.get_or_insert(reason);
            }
        });
        *encoded = Some(snapshot.clone());
        self.output.write(&mut self.pending)?;
        refused.map_or(Ok(()), |reason| Err(io::Error::new(io::ErrorKind::InvalidData, reason)))
    }
}
