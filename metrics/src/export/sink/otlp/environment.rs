//! The variables of the environment that describe a receiver of OTLP, as OpenTelemetry's specification has them.

use super::super::client::Url;
use crate::encode::otlp::{HistogramAggregation, Temporality};
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::env;
use std::path::PathBuf;
use std::time::Duration;

/// The variables of an environment.
pub(super) struct Environment<'a> {
    find: Box<Find<'a>>,
}

type Find<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// A variable that is set: its name and its value.
type Variable = (String, String);

/// Names and values in a variable.
type Pairs = Vec<(String, String)>;

impl<'a> Environment<'a> {
    /// Creates an environment of the variables that `find` returns by their names.
    pub(super) fn new(find: impl Fn(&str) -> Option<String> + 'a) -> Self {
        Environment { find: Box::new(find) }
    }

    /// Returns a variable. An empty one is not set.
    fn variable(&self, name: &str) -> Option<Variable> {
        let value = (self.find)(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| (name.to_owned(), value.to_owned()))
    }

    /// Returns the variable of metrics, or else that of all signals.
    fn setting(&self, name: &str) -> Option<Variable> {
        self.variable(&format!("OTEL_EXPORTER_OTLP_METRICS_{name}"))
            .or_else(|| self.variable(&format!("OTEL_EXPORTER_OTLP_{name}")))
    }

    pub(super) fn url(&self) -> Result<Url, String> {
        const DEFAULT: &str = "http://localhost:4318";
        if let Some((name, url)) = self.variable("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") {
            return Url::parse(&url).map(|url| url.with_path_if_none("/")).map_err(in_variable(&name));
        }
        match self.variable("OTEL_EXPORTER_OTLP_ENDPOINT") {
            Some((name, url)) => {
                let url = Url::parse(&url).map_err(in_variable(&name))?;
                Ok(url.with_path_after("/v1/metrics"))
            }
            None => Url::parse(&format!("{DEFAULT}/v1/metrics")),
        }
    }

    pub(super) fn headers(&self) -> Result<Pairs, String> {
        self.setting("HEADERS").map_or(Ok(Vec::new()), |variable| pairs(&variable))
    }

    /// Returns the file of the certificates to trust.
    pub(super) fn certificates(&self) -> Option<PathBuf> {
        self.setting("CERTIFICATE").map(|(_, file)| file.into())
    }

    pub(super) fn timeout(&self) -> Result<Duration, String> {
        const DEFAULT: Duration = Duration::from_secs(10);
        self.setting("TIMEOUT").map_or(Ok(DEFAULT), |(name, value)| {
            let milliseconds = value.parse().map(Duration::from_millis);
            milliseconds.map_err(|_| format!("{name}: `{value}` is not a number of milliseconds"))
        })
    }

    pub(super) fn is_json(&self) -> Result<bool, String> {
        choose(self.setting("PROTOCOL"), &[("http/protobuf", false), ("http/json", true)])
    }

    pub(super) fn is_gzip(&self) -> Result<bool, String> {
        choose(self.setting("COMPRESSION"), &[("gzip", true), ("none", false)])
    }

    pub(super) fn temporality(&self) -> Result<Temporality, String> {
        let variable = self.variable("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE");
        let choices = [
            ("cumulative", Temporality::Cumulative),
            ("delta", Temporality::Delta),
            ("lowmemory", Temporality::LowMemory),
        ];
        choose(variable, &choices)
    }

    pub(super) fn histograms(&self) -> Result<HistogramAggregation, String> {
        let variable = self.variable("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION");
        let choices = [
            ("explicit_bucket_histogram", HistogramAggregation::Explicit),
            ("base2_exponential_bucket_histogram", HistogramAggregation::Exponential),
        ];
        choose(variable, &choices)
    }

    /// Returns the attributes of the resource, those that hold last.
    pub(super) fn resource(&self) -> Result<Pairs, String> {
        let executable = env::current_exe().ok();
        let executable =
            executable.as_deref().and_then(|path| path.file_stem()).and_then(|name| name.to_str());
        let unknown =
            executable.map_or("unknown_service".to_owned(), |name| format!("unknown_service:{name}"));
        let mut resource = vec![("service.name".to_owned(), unknown)];
        if let Some(variable) = self.variable("OTEL_RESOURCE_ATTRIBUTES") {
            resource.extend(pairs(&variable)?);
        }
        resource
            .extend(self.variable("OTEL_SERVICE_NAME").map(|(_, name)| ("service.name".to_owned(), name)));
        Ok(resource)
    }
}

fn in_variable(name: &str) -> impl Fn(String) -> String {
    move |reason| format!("{name}: {reason}")
}

/// Returns the names and values of a list `name=value,name=value`, in which values are percent-encoded.
fn pairs((name, list): &Variable) -> Result<Pairs, String> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned);
    let pair = |text: &str| {
        let (key, value) = text.split_once('=')?;
        let (key, value) = (decode(key.trim())?, decode(value.trim())?);
        (!key.is_empty()).then_some((key, value))
    };
    let texts = list.split(',').enumerate().filter(|(_, text)| !text.trim().is_empty());
    texts
        .map(|(place, text)| {
            // It is not shown: it may be a secret.
            pair(text).ok_or_else(|| {
                format!("{name}: entry {} is not NAME=VALUE with a percent-encoded value", place + 1)
            })
        })
        .collect()
}

/// Returns the choice that a variable names, or else the default.
fn choose<T: Copy + Default>(variable: Option<Variable>, choices: &[(&str, T)]) -> Result<T, String> {
    let Some((name, value)) = variable else { return Ok(T::default()) };
    let chosen = choices.iter().find(|(choice, _)| choice.eq_ignore_ascii_case(&value));
    chosen.map(|(_, choice)| *choice).ok_or_else(|| match choices {
        [(one, _), (other, _)] => format!("{name}: `{value}` is neither `{one}` nor `{other}`"),
        [others @ .., (last, _)] => {
            let others: Vec<String> = others.iter().map(|(choice, _)| format!("`{choice}`")).collect();
            format!("{name}: `{value}` is none of {} and `{last}`", others.join(", "))
        }
        [] => format!("{name}: nothing is allowed"),
    })
}
