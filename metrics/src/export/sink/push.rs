//! Prometheus' Pushgateway.

use super::client::{Client, Request, Url, basic_auth, gzip, header_fault, segment};
use super::named::Sink;
use crate::encode::Format;
use crate::error::{Cause, Error};
use crate::export::deadline::Deadline;
use crate::names::is_label_name;
use crate::snapshot::FullSnapshot;
use crate::util::periodic::Run;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A Pushgateway as a sink of [`to_pushgateway`](crate::export::ExporterBuilder::to_pushgateway): its URL, the group that this program
/// pushes, and how.
///
/// A Pushgateway keeps what it was sent last until it is told to delete it. It is for programs that end before they could be scraped.
///
/// Each export is a request with the whole snapshot. It replaces the group's metrics, so a failed one is made good by the next.
///
/// ```no_run
/// use std::time::Duration;
/// use tachometer::export::Pushgateway;
///
/// fn main() -> Result<(), tachometer::Error> {
///     let gateway = Pushgateway::new("http://127.0.0.1:9091", "nightly_import")
///         .grouping_key("instance", "db/1")
///         .basic_auth("importer", "secret")
///         .timeout(Duration::from_secs(5));
///     let _exporter = tachometer::exporter().to_pushgateway(gateway).start()?;
///     // …the program…
///     Ok(())
/// }
/// ```
#[derive(Clone)]
#[must_use = "it is a description of a sink: pass it to `to_pushgateway`"]
pub struct Pushgateway {
    url: String,
    job: String,
    grouping: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    certificates: Option<PathBuf>,
    timeout: Duration,
    keeps_others: bool,
    is_plain: bool,
    deletes_at_end: bool,
}

const SINK: &str = "Pushgateway";

impl Pushgateway {
    /// Describes the group of `job` at the Pushgateway with this URL: `http://HOST:PORT`, and a path if it has a prefix. A name and a
    /// password in the URL are those of [`basic_auth`](Self::basic_auth).
    pub fn new(url: impl Into<String>, job: impl Into<String>) -> Self {
        Pushgateway {
            url: url.into(),
            job: job.into(),
            grouping: Vec::new(),
            headers: Vec::new(),
            certificates: None,
            timeout: Duration::from_secs(10),
            keeps_others: false,
            is_plain: false,
            deletes_at_end: false,
        }
    }

    /// Adds a label that tells groups of the same job apart, such as `instance`. The value may be any text, also an empty one. The
    /// Pushgateway gives the label to all metrics of the group.
    pub fn grouping_key(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.grouping.push((name.into(), value.into()));
        self
    }

    /// Sends this name and password with each request (RFC 7617).
    pub fn basic_auth(self, user: &str, password: &str) -> Self {
        let (name, value) = basic_auth(user, password);
        self.header(name, value)
    }

    /// Sends this header with each request, for example `Authorization: Bearer …`.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Trusts the certificates in this PEM file, instead of those that the system trusts. Requires the feature `tls`, as URLs that begin
    /// with `https://` do.
    #[cfg(feature = "tls")]
    pub fn certificates(self, file: impl Into<PathBuf>) -> Self {
        Pushgateway { certificates: Some(file.into()), ..self }
    }

    /// Sets how long an export may take, which is 10 seconds by default. The last one, with an export that is still in progress, takes no
    /// longer either.
    pub fn timeout(self, timeout: Duration) -> Self {
        Pushgateway { timeout, ..self }
    }

    /// Keeps those metrics of the group that this program does not have, from other programs or earlier runs: a POST instead of a PUT.
    pub fn keep_others(self) -> Self {
        Pushgateway { keeps_others: true, ..self }
    }

    /// Sends bodies as they are. By default, they are compressed by gzip.
    pub fn uncompressed(self) -> Self {
        Pushgateway { is_plain: true, ..self }
    }

    /// Has the Pushgateway delete the group when the exporter ends, in place of the last export.
    pub fn delete_at_end(self) -> Self {
        Pushgateway { deletes_at_end: true, ..self }
    }

    /// Returns the sink.
    ///
    /// # Errors
    /// If a setting is invalid; the error names it.
    pub(in crate::export) fn into_sink(self) -> Result<Sink, Error> {
        let Pushgateway { url, timeout, keeps_others, is_plain, deletes_at_end, .. } = &self;
        let url = Url::parse(url).map_err(|reason| refused("URL", reason))?;
        if url.path.contains('?') {
            return Err(refused("URL", format!("`{url}` must not have a query")));
        }
        if timeout.is_zero() {
            return Err(refused("timeout", "must be non-zero".to_owned()));
        }
        if let Some(fault) = self.headers.iter().find_map(|(name, value)| header_fault(name, value)) {
            return Err(refused("header", fault));
        }
        let path = self.path(&url)?;
        let name = url.to_string();
        let client = Client::new(url, self.headers.clone(), self.certificates.as_deref());
        let mut client = client.map_err(|reason| refused("certificates", reason))?;
        let (timeout, is_gzip, deletes_at_end) = (*timeout, !is_plain, *deletes_at_end);
        let method = if *keeps_others { "POST" } else { "PUT" };
        let (mut text, mut compressed) = (Vec::new(), Vec::new());
        Ok(Sink::with_run(name, move |snapshot: &FullSnapshot, run: Run<'_>| {
            let mut request = Request { method, path: &path, content_type: "", body: &[], is_gzip: false };
            if deletes_at_end && run.is_last() {
                request.method = "DELETE";
            } else {
                text.clear();
                snapshot.encode_bytes(Format::Prometheus, &mut text);
                request.content_type = Format::Prometheus.content_type();
                request.body = &text;
                if is_gzip {
                    gzip(&text, &mut compressed)?;
                    (request.body, request.is_gzip) = (&compressed, true);
                }
            }
            let response = client.send(&request, &Deadline::new(run, timeout))?;
            if response.is_success() { Ok(()) } else { Err(response.fault()) }
        }))
    }

    /// Returns the path of the group.
    fn path(&self, url: &Url) -> Result<String, Error> {
        if self.job.is_empty() {
            return Err(refused("job", "must not be empty".to_owned()));
        }
        let mut path = url.path.trim_end_matches('/').to_owned();
        path.push_str("/metrics");
        push_label(&mut path, "job", &self.job);
        for (place, (name, value)) in self.grouping.iter().enumerate() {
            if !is_label_name(name) || name.starts_with("__") {
                let reason = format!(
                    "`{name}` is not the name of a label: it must be letters, digits and _, and must not begin with a digit or __"
                );
                return Err(refused("grouping key", reason));
            }
            let is_twice = self.grouping[..place].iter().any(|(earlier, _)| earlier == name);
            if name == "job" || is_twice {
                return Err(refused("grouping key", format!("`{name}` is given twice")));
            }
            push_label(&mut path, name, value);
        }
        Ok(path)
    }
}

/// Appends a label to the path of a group. A value that would be no single segment is in base64.
fn push_label(path: &mut String, name: &str, value: &str) {
    use std::fmt::Write;
    // Writing to a string cannot fail.
    let _ = match value {
        "" => write!(path, "/{name}@base64/="),
        // A proxy may change these, whatever is encoded.
        value if value.contains('/') || value == "." || value == ".." => {
            write!(path, "/{name}@base64/{}", BASE64_URL_SAFE_NO_PAD.encode(value))
        }
        value => write!(path, "/{name}/{}", segment(value)),
    };
}

fn refused(setting: &'static str, reason: String) -> Error {
    Cause::SinkSetting { sink: SINK, setting, reason }.into()
}

/// Describes the group of a job at a URL, in this order, as [`Pushgateway::new`] does.
impl<U: Into<String>, J: Into<String>> From<(U, J)> for Pushgateway {
    fn from((url, job): (U, J)) -> Self {
        Pushgateway::new(url, job)
    }
}

/// Shows no values of headers, and no password.
impl fmt::Debug for Pushgateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Pushgateway { job, grouping, headers, timeout, .. } = self;
        let headers: Vec<&String> = headers.iter().map(|(name, _)| name).collect();
        let mut debug = f.debug_struct("Pushgateway");
        if let Ok(url) = Url::parse(&self.url) {
            debug.field("url", &url);
        }
        debug
            .field("job", job)
            .field("grouping", grouping)
            .field("headers", &headers)
            .field("timeout", timeout);
        debug.finish_non_exhaustive()
    }
}
