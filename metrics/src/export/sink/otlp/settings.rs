//! What a program says of its receiver of OTLP.

use super::super::client::{Url, basic_auth, header_fault};
use super::environment::Environment;
use crate::encode::otlp::{Encoder, HistogramAggregation, Temporality};
use crate::error::{Cause, Error};
use std::env;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A receiver of the OpenTelemetry protocol (OTLP over HTTP) as a sink of
/// [`to_otlp`](crate::export::ExporterBuilder::to_otlp): its URL, and what it is sent.
///
/// Requests are protocol buffers with [cumulative](Temporality::Cumulative) points and explicit histogram bounds, uncompressed, unless the
/// program says otherwise, or the environment does:
///
/// | variable `OTEL_EXPORTER_OTLP_METRICS_…`, else `OTEL_EXPORTER_OTLP_…` | is |
/// | --- | --- |
/// | `ENDPOINT` | the URL: that of `METRICS_ENDPOINT` as it is, that of `ENDPOINT` followed by `/v1/metrics` |
/// | `HEADERS` | further headers, as `name=value,name=value`, percent-encoded |
/// | `TIMEOUT` | the time that an export may take, in milliseconds |
/// | `PROTOCOL` | `http/protobuf` or `http/json` |
/// | `COMPRESSION` | `gzip` or `none` |
/// | `CERTIFICATE` | a PEM file with the certificates to trust (with the feature `tls`) |
/// | `TEMPORALITY_PREFERENCE` (of metrics only) | `cumulative`, `delta` or `lowmemory` |
/// | `DEFAULT_HISTOGRAM_AGGREGATION` (of metrics only) | `explicit_bucket_histogram` or `base2_exponential_bucket_histogram` |
///
/// `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` describe the program: they are attributes of its resource. A service without a name
/// has the name `unknown_service:` and that of the executable file.
///
/// ```no_run
/// use tachometer::export::Otlp;
///
/// fn main() -> Result<(), tachometer::Error> {
///     let collector = Otlp::new("http://127.0.0.1:4318").resource("service.name", "checkout").gzip();
///     let _exporter = tachometer::exporter().to_otlp(collector).start()?;
///     // …the program…
///     Ok(())
/// }
/// ```
#[derive(Clone, Default)]
#[must_use = "it is a description of a sink: pass it to `to_otlp`"]
pub struct Otlp {
    url: Option<String>,
    headers: Vec<(String, String)>,
    resource: Vec<(String, String)>,
    certificates: Option<PathBuf>,
    timeout: Option<Duration>,
    is_json: Option<bool>,
    is_gzip: Option<bool>,
    temporality: Option<Temporality>,
    histograms: Option<HistogramAggregation>,
}

/// The valid settings of a receiver.
pub(super) struct Settings {
    pub(super) url: Url,
    pub(super) headers: Vec<(String, String)>,
    pub(super) certificates: Option<PathBuf>,
    pub(super) timeout: Duration,
    pub(super) is_json: bool,
    pub(super) is_gzip: bool,
    /// Whether the encoder needs the snapshot that was received last.
    pub(super) needs_earlier: bool,
    pub(super) encoder: Encoder,
}

impl Otlp {
    /// Describes a receiver by its URL: `http://HOST:PORT`, to which `/v1/metrics` is appended, or with the path of its endpoint, as
    /// `http://127.0.0.1:9090/api/v1/otlp/v1/metrics` of Prometheus. A name and a password in it are sent as with
    /// [`basic_auth`](Self::basic_auth).
    pub fn new(url: impl Into<String>) -> Self {
        Otlp { url: Some(url.into()), ..Otlp::default() }
    }

    /// Describes the receiver that the environment names: by default `http://localhost:4318/v1/metrics`.
    pub fn from_env() -> Self {
        Otlp::default()
    }

    /// Sends this header with each request. It replaces one of the environment.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sends this name and password with each request (RFC 7617).
    pub fn basic_auth(self, user: &str, password: &str) -> Self {
        let (name, value) = basic_auth(user, password);
        self.header(name, value)
    }

    /// Adds an attribute of the program's resource, such as `service.name` or `service.instance.id`. It replaces one of the environment.
    /// Prometheus makes the labels `job` and `instance` of these two, and `target_info` of all.
    pub fn resource(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.resource.push((key.into(), value.into()));
        self
    }

    /// Trusts the certificates in this PEM file, instead of those that the system trusts. Requires the feature `tls`, as URLs that begin
    /// with `https://` do.
    #[cfg(feature = "tls")]
    pub fn certificates(self, file: impl Into<PathBuf>) -> Self {
        Otlp { certificates: Some(file.into()), ..self }
    }

    /// Sets how long an export may take, with all its attempts: 10 seconds by default. The last one, with an export that is still in
    /// progress, takes no longer either.
    pub fn timeout(self, timeout: Duration) -> Self {
        Otlp { timeout: Some(timeout), ..self }
    }

    /// Sends JSON instead of protocol buffers.
    pub fn json(self) -> Self {
        Otlp { is_json: Some(true), ..self }
    }

    /// Compresses requests by gzip.
    pub fn gzip(self) -> Self {
        Otlp { is_gzip: Some(true), ..self }
    }

    /// Sets the time that the points of counters and histograms span.
    ///
    /// With [`Temporality::Delta`], a difference is sent again, together with what has come since, until a response says that it was
    /// received. If the response to one gets lost, it is counted twice.
    pub fn temporality(self, temporality: Temporality) -> Self {
        Otlp { temporality: Some(temporality), ..self }
    }

    /// Sets the form of histograms.
    pub fn histograms(self, histograms: HistogramAggregation) -> Self {
        Otlp { histograms: Some(histograms), ..self }
    }

    /// Returns the settings, with those of the environment for what the program has not said.
    pub(super) fn check(self) -> Result<Settings, Error> {
        self.check_in(&Environment::new(|name| env::var(name).ok()))
    }

    fn check_in(self, environment: &Environment<'_>) -> Result<Settings, Error> {
        let url = match self.url {
            Some(url) => Url::parse(&url).map(|url| url.with_path_if_none("/v1/metrics")),
            None => environment.url(),
        };
        let url = url.map_err(|reason| refused("URL", reason))?;
        // Without TLS, the variable is one of other signals.
        let of_environment = || environment.certificates().filter(|_| url.is_tls);
        let certificates = self.certificates.or_else(of_environment);
        let mut headers = environment.headers().map_err(|reason| refused("headers", reason))?;
        headers.retain(|(name, _)| !self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)));
        headers.extend(self.headers);
        if let Some(fault) = headers.iter().find_map(|(name, value)| header_fault(name, value)) {
            return Err(refused("header", fault));
        }
        let timeout = match self.timeout {
            Some(timeout) => timeout,
            None => environment.timeout().map_err(|reason| refused("timeout", reason))?,
        };
        if timeout.is_zero() {
            return Err(refused("timeout", "must be non-zero".to_owned()));
        }
        let is_json = match self.is_json {
            Some(is_json) => is_json,
            None => environment.is_json().map_err(|reason| refused("protocol", reason))?,
        };
        let is_gzip = match self.is_gzip {
            Some(is_gzip) => is_gzip,
            None => environment.is_gzip().map_err(|reason| refused("compression", reason))?,
        };
        let temporality = match self.temporality {
            Some(temporality) => temporality,
            None => environment.temporality().map_err(|reason| refused("temporality", reason))?,
        };
        let histograms = match self.histograms {
            Some(histograms) => histograms,
            None => environment.histograms().map_err(|reason| refused("form of histograms", reason))?,
        };
        if self.resource.iter().any(|(key, _)| key.is_empty()) {
            return Err(refused("resource", "an attribute must have a key".to_owned()));
        }
        let resource = environment.resource().map_err(|reason| refused("resource", reason))?;
        // Of several with one key, the last one holds.
        let encoder = Encoder::new(resource.into_iter().chain(self.resource));
        Ok(Settings {
            url,
            headers,
            certificates,
            timeout,
            is_json,
            is_gzip,
            needs_earlier: temporality != Temporality::Cumulative,
            encoder: encoder.temporality(temporality).histograms(histograms),
        })
    }
}

pub(super) fn refused(setting: &'static str, reason: String) -> Error {
    Cause::SinkSetting { sink: "OTLP", setting, reason }.into()
}

/// Describes a receiver by its URL, as [`Otlp::new`] does.
impl From<&str> for Otlp {
    fn from(url: &str) -> Self {
        Otlp::new(url)
    }
}

/// Describes a receiver by its URL, as [`Otlp::new`] does.
impl From<String> for Otlp {
    fn from(url: String) -> Self {
        Otlp::new(url)
    }
}

/// Shows no values of headers, and no password.
impl fmt::Debug for Otlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Otlp { url, headers, resource, certificates, timeout, is_json, is_gzip, temporality, histograms } =
            self;
        let headers: Vec<&String> = headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Otlp")
            .field("url", &url.as_ref().map(|url| Url::parse(url).ok()))
            .field("headers", &headers)
            .field("resource", resource)
            .field("certificates", certificates)
            .field("timeout", timeout)
            .field("is_json", is_json)
            .field("is_gzip", is_gzip)
            .field("temporality", temporality)
            .field("histograms", histograms)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(otlp: Otlp, variables: &[(&str, &str)]) -> Result<Settings, Error> {
        let variables: Vec<(String, String)> =
            variables.iter().map(|(name, value)| (format!("OTEL_{name}"), (*value).to_owned())).collect();
        otlp.check_in(&Environment::new(|name| {
            variables.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone())
        }))
    }

    fn url(otlp: Otlp, variables: &[(&str, &str)]) -> String {
        check(otlp, variables).unwrap().url.to_string()
    }

    #[test]
    fn the_url_is_that_of_the_program_or_of_the_environment() {
        const ALL: (&str, &str) = ("EXPORTER_OTLP_ENDPOINT", "http://all:1/base/");
        const METRICS: (&str, &str) = ("EXPORTER_OTLP_METRICS_ENDPOINT", "http://metrics:2");
        for (otlp, variables, expected) in [
            (Otlp::from_env(), &[][..], "http://localhost:4318/v1/metrics"),
            (Otlp::from_env(), &[ALL], "http://all:1/base/v1/metrics"),
            (Otlp::from_env(), &[ALL, METRICS], "http://metrics:2/"),
            (Otlp::from_env(), &[("EXPORTER_OTLP_ENDPOINT", "")], "http://localhost:4318/v1/metrics"),
            (Otlp::new("http://own:3"), &[ALL, METRICS], "http://own:3/v1/metrics"),
            (Otlp::new("http://own:3/x"), &[ALL, METRICS], "http://own:3/x"),
        ] {
            assert_eq!(url(otlp, variables), expected);
        }
    }

    #[test]
    fn the_environment_holds_for_what_the_program_has_not_said() {
        let variables = [
            ("EXPORTER_OTLP_HEADERS", "a=all"),
            ("EXPORTER_OTLP_METRICS_HEADERS", "a=1%2C2, B = two ,"),
            ("EXPORTER_OTLP_TIMEOUT", "2500"),
            ("EXPORTER_OTLP_PROTOCOL", "http/json"),
            ("EXPORTER_OTLP_COMPRESSION", "gzip"),
            ("EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "Delta"),
            ("EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "base2_exponential_bucket_histogram"),
            ("RESOURCE_ATTRIBUTES", "service.name=attribute,host.name=h%20i"),
            ("SERVICE_NAME", "named"),
        ];
        let settings = check(Otlp::from_env().header("b", "3").resource("region", "eu"), &variables).unwrap();
        assert_eq!(settings.headers, [("a", "1,2"), ("b", "3")].map(|(a, b)| (a.to_owned(), b.to_owned())));
        assert_eq!(
            (settings.timeout, settings.is_json, settings.is_gzip),
            (Duration::from_millis(2_500), true, true)
        );
        let encoder = Encoder::new([("service.name", "named"), ("host.name", "h i"), ("region", "eu")])
            .temporality(Temporality::Delta)
            .histograms(HistogramAggregation::Exponential);
        assert_eq!((settings.encoder, settings.needs_earlier), (encoder, true));
        let own = Otlp { is_json: Some(false), is_gzip: Some(false), ..Otlp::from_env() }
            .timeout(Duration::from_secs(1))
            .temporality(Temporality::Cumulative)
            .histograms(HistogramAggregation::Explicit)
            .resource("service.name", "own");
        let settings = check(own, &variables).unwrap();
        assert_eq!(
            (settings.timeout, settings.is_json, settings.is_gzip),
            (Duration::from_secs(1), false, false)
        );
        assert_eq!(settings.encoder, Encoder::new([("service.name", "own"), ("host.name", "h i")]));
        assert!(!settings.needs_earlier);
    }

    #[test]
    fn a_service_without_a_name_has_that_of_its_executable() {
        let settings = check(Otlp::from_env(), &[]).unwrap();
        let shown = format!("{:?}", settings.encoder);
        assert!(shown.contains("\"unknown_service:tachometer"), "{shown}");
    }

    #[test]
    fn mistakes_are_named() {
        let refused = |otlp, variables: &[(&str, &str)], expected: &str| {
            let error = check(otlp, variables).err().expect("it is refused").to_string();
            assert!(error.starts_with("the ") && error.contains(expected), "{error}");
        };
        refused(
            Otlp::new("collector:4318"),
            &[],
            "the URL of the OTLP sink: `collector:4318` must begin with",
        );
        refused(
            Otlp::from_env().timeout(Duration::ZERO),
            &[],
            "the timeout of the OTLP sink: must be non-zero",
        );
        refused(
            Otlp::from_env().header("a b", ""),
            &[],
            "the header of the OTLP sink: `a b` is not the name",
        );
        refused(
            Otlp::from_env().resource("", "x"),
            &[],
            "the resource of the OTLP sink: an attribute must have a key",
        );
        for (name, value, expected) in [
            ("EXPORTER_OTLP_ENDPOINT", "x", "OTEL_EXPORTER_OTLP_ENDPOINT: `x` must begin with"),
            (
                "EXPORTER_OTLP_METRICS_HEADERS",
                "a",
                "OTEL_EXPORTER_OTLP_METRICS_HEADERS: entry 1 is not NAME=VALUE",
            ),
            (
                "EXPORTER_OTLP_TIMEOUT",
                "10s",
                "OTEL_EXPORTER_OTLP_TIMEOUT: `10s` is not a number of milliseconds",
            ),
            (
                "EXPORTER_OTLP_METRICS_PROTOCOL",
                "grpc",
                "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: `grpc` is neither",
            ),
            ("EXPORTER_OTLP_COMPRESSION", "zstd", "`zstd` is neither `gzip` nor `none`"),
            (
                "EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
                "x",
                "`x` is none of `cumulative`, `delta` and `lowmemory`",
            ),
            (
                "EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
                "x",
                "`x` is neither `explicit_bucket_histogram`",
            ),
            ("RESOURCE_ATTRIBUTES", "a=b,c", "OTEL_RESOURCE_ATTRIBUTES: entry 2 is not NAME=VALUE"),
        ] {
            refused(Otlp::from_env(), &[(name, value)], expected);
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = format!(
            "{:?}",
            Otlp::new("http://me:secret@host").header("x-key", "secret").basic_auth("me", "secret")
        );
        assert!(
            shown.contains("http://host") && shown.contains("x-key") && !shown.contains("secret"),
            "{shown}"
        );
    }
}
