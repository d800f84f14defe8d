//! Content negotiation (`Accept`, `Accept-Encoding`).
//!
//! It never fails: what cannot be parsed is ignored, and if no format is acceptable the response is uncompressed Prometheus
//! text, which every scraper reads.

use crate::encode::Format;

/// The preferences in the `Accept` and `Accept-Encoding` headers of a request.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Preferences {
    text: Preference,
    open_metrics: Preference,
    protobuf: Preference,
    /// Whether JSON is acceptable by its own name: what the page of a person asks for.
    json: bool,
    /// The number of media ranges so far.
    ranges: usize,
    gzip: Option<Quality>,
    identity: Option<Quality>,
    any_coding: Option<Quality>,
}

/// A quality value in thousandths: from 0 (not acceptable) to 1 000.
type Quality = u16;

/// The preference for a format, from the most specific media range that matches it.
#[derive(Debug, Clone, Copy, Default)]
struct Preference {
    /// Zero if no range matches.
    specificity: usize,
    quality: Quality,
    /// The index of that range.
    index: usize,
}

impl Preferences {
    /// Parses the headers of a request.
    pub(super) fn of<N: AsRef<str>, V: AsRef<[u8]>>(headers: impl IntoIterator<Item = (N, V)>) -> Self {
        let mut preferences = Preferences::default();
        for (name, value) in headers {
            preferences.parse_header(name.as_ref(), value.as_ref());
        }
        preferences
    }

    /// Parses a header of the request. A list may be spread over several headers of one name.
    pub(super) fn parse_header(&mut self, name: &str, value: &[u8]) {
        if name.eq_ignore_ascii_case("accept") {
            split(value, b',').for_each(|range| self.parse_media_range(range));
        } else if name.eq_ignore_ascii_case("accept-encoding") {
            split(value, b',').for_each(|coding| self.parse_coding(coding));
        }
    }

    /// Returns the format of the response.
    pub(super) fn format(&self) -> Format {
        // Between equal qualities the more specific range decides, then the first. Browsers and `curl` accept anything, and
        // get the format that they can show.
        let rank = |preference: Preference| {
            (preference.quality, preference.specificity, usize::MAX - preference.index)
        };
        let (mut best, mut format) = (self.text, Format::Prometheus);
        for (other, of_other) in [(self.open_metrics, Format::OpenMetrics), (self.protobuf, Format::Protobuf)]
        {
            if other.quality > 0 && rank(other) > rank(best) {
                (best, format) = (other, of_other);
            }
        }
        format
    }

    /// Returns whether JSON is acceptable by its own name. A browser that opens a page does not name it.
    pub(super) fn json(&self) -> bool {
        self.json
    }

    /// Returns whether the body is compressed.
    pub(super) fn gzip(&self) -> bool {
        let gzip = self.gzip.or(self.any_coding).unwrap_or(0);
        // An uncompressed body is acceptable if `identity` is not mentioned, but not preferred.
        gzip > 0 && gzip >= self.identity.unwrap_or(0)
    }

    fn parse_media_range(&mut self, range: &[u8]) {
        let index = self.ranges;
        self.ranges += 1;
        let mut parts = split(range, b';');
        let media_type = parts.next().unwrap_or_default();
        let Some(parameters) = Parameters::parse(parts) else { return };
        let type_specificity = |main: &str, whole: &str| {
            if media_type.eq_ignore_ascii_case(whole.as_bytes()) {
                3
            } else if media_type.strip_suffix(b"/*").is_some_and(|t| t.eq_ignore_ascii_case(main.as_bytes()))
            {
                2
            } else {
                usize::from(media_type == b"*/*")
            }
        };
        let consider = |preference: &mut Preference, of_type, of_parameters| {
            let specificity = match (of_type, of_parameters) {
                (0, _) | (_, None) => return,
                (specificity, Some(more)) => specificity + more,
            };
            let found = Preference { specificity, quality: parameters.quality, index };
            if (specificity, found.quality) > (preference.specificity, preference.quality) {
                *preference = found;
            }
        };
        let of_type = type_specificity("text", "text/plain");
        consider(&mut self.text, of_type, parameters.specificity("0.0.4"));
        let of_type = type_specificity("application", "application/openmetrics-text");
        consider(&mut self.open_metrics, of_type, parameters.specificity("1.0.0"));
        // A message can only be read by a program that knows it, so a wildcard does not match it. The parameters that name it count as
        // one: a range with them is as specific as one of text with a version.
        if media_type.eq_ignore_ascii_case(b"application/vnd.google.protobuf") {
            consider(&mut self.protobuf, 3, parameters.name_delimited_families().then_some(1));
        } else if media_type.eq_ignore_ascii_case(b"application/json") {
            self.json = parameters.quality > 0;
        }
    }

    fn parse_coding(&mut self, coding: &[u8]) {
        let mut parts = split(coding, b';');
        let name = parts.next().unwrap_or_default();
        let Some(Parameters { quality, .. }) = Parameters::parse(parts) else { return };
        if name.eq_ignore_ascii_case(b"gzip") || name.eq_ignore_ascii_case(b"x-gzip") {
            self.gzip = Some(quality);
        } else if name.eq_ignore_ascii_case(b"identity") {
            self.identity = Some(quality);
        } else if name == b"*" {
            self.any_coding = Some(quality);
        }
    }
}

/// The relevant parameters of a media range or a coding. Others are ignored, such as `escaping`: it specifies how to write names
/// with characters other than ASCII letters, digits, `_` and `:`, and no metric has such a name.
struct Parameters<'a> {
    quality: Quality,
    version: Option<&'a [u8]>,
    charset: Option<&'a [u8]>,
    /// Of protocol buffers: the message, and how it is delimited.
    proto: Option<&'a [u8]>,
    encoding: Option<&'a [u8]>,
}

impl<'a> Parameters<'a> {
    /// Returns `None` if the quality is invalid.
    fn parse(parts: impl Iterator<Item = &'a [u8]>) -> Option<Self> {
        let mut parameters =
            Parameters { quality: 1_000, version: None, charset: None, proto: None, encoding: None };
        for part in parts {
            let mut halves = part.splitn(2, |byte| *byte == b'=');
            let name = halves.next().unwrap_or_default().trim_ascii();
            let value = unquoted(halves.next().unwrap_or_default().trim_ascii());
            if name.eq_ignore_ascii_case(b"q") {
                parameters.quality = quality(value)?;
            } else if name.eq_ignore_ascii_case(b"version") {
                parameters.version = Some(value);
            } else if name.eq_ignore_ascii_case(b"charset") {
                parameters.charset = Some(value);
            } else if name.eq_ignore_ascii_case(b"proto") {
                parameters.proto = Some(value);
            } else if name.eq_ignore_ascii_case(b"encoding") {
                parameters.encoding = Some(value);
            }
        }
        Some(parameters)
    }

    /// Returns how many of the parameters a format of this version in UTF-8 matches, or `None` if it contradicts one.
    fn specificity(&self, version: &str) -> Option<usize> {
        let agrees = |asked: Option<&[u8]>, ours: &str| match asked {
            None => Some(0),
            Some(asked) => asked.eq_ignore_ascii_case(ours.as_bytes()).then_some(1),
        };
        Some(agrees(self.version, version)? + agrees(self.charset, "utf-8")?)
    }

    /// Returns whether they name our message and its encoding. Neither is the default of a media type.
    fn name_delimited_families(&self) -> bool {
        // Names of messages are case-sensitive.
        self.proto == Some(b"io.prometheus.client.MetricFamily")
            && self.encoding.is_some_and(|encoding| encoding.eq_ignore_ascii_case(b"delimited"))
    }
}

/// Splits a list at unquoted separators, and trims the parts.
fn split(list: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let ends = move |byte: &u8| {
        match *byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            byte => return byte == separator && !is_quoted,
        }
        false
    };
    list.split(ends).map(<[u8]>::trim_ascii)
}

fn unquoted(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value)
}

/// Parses a quality such as `0`, `1` or `0.75`. Digits after the third are ignored.
fn quality(value: &[u8]) -> Option<Quality> {
    let (whole, fraction) = match value {
        [whole] => (*whole, &[][..]),
        [whole, b'.', fraction @ ..] => (*whole, fraction),
        _ => return None,
    };
    if !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    match whole {
        b'0' => {
            let digits = fraction.iter().copied().chain(*b"000").take(3);
            Some(digits.fold(0, |sum, digit| sum * 10 + Quality::from(digit - b'0')))
        }
        b'1' if fraction.iter().all(|digit| *digit == b'0') => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(accept: &str) -> Format {
        let mut preferences = Preferences::default();
        preferences.parse_header("Accept", accept.as_bytes());
        preferences.format()
    }

    fn gzip(accept_encoding: &str) -> bool {
        let mut preferences = Preferences::default();
        preferences.parse_header("Accept-Encoding", accept_encoding.as_bytes());
        preferences.gzip()
    }

    #[test]
    fn the_preferred_format_is_chosen() {
        for (accept, open_metrics) in [
            // Those of Prometheus and VictoriaMetrics are recorded, in `tests/it/http/accept.txt`. curl, Firefox:
            ("*/*", false),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false),
            ("application/openmetrics-text", true),
            ("application/openmetrics-text; version=1.0.0; charset=utf-8", true),
            ("APPLICATION/OpenMetrics-Text;VERSION=1.0.0;Charset=\"UTF-8\"", true),
            ("application/*", true),
            ("text/*", false),
        ] {
            assert_eq!(format(accept) == Format::OpenMetrics, open_metrics, "{accept}");
        }
    }

    #[test]
    fn the_most_specific_range_decides_then_quality_then_order() {
        for (accept, open_metrics) in [
            ("text/plain;q=0.5, application/openmetrics-text;q=0.6", true),
            ("text/plain;q=0.6, application/openmetrics-text;q=0.5", false),
            ("application/openmetrics-text;q=0.001, text/plain;q=0", true),
            // The most specific range counts, whatever the quality of a wider one.
            ("*/*, application/openmetrics-text;q=0.5", false),
            ("*/*;q=0.5, text/plain;q=0.4", true),
            ("application/openmetrics-text;q=0, */*", false),
            (
                "application/openmetrics-text, application/openmetrics-text;version=1.0.0;q=0.1, text/plain;q=0.5",
                false,
            ),
            ("application/openmetrics-text, */*", true),
            ("text/plain, application/openmetrics-text", false),
            ("application/openmetrics-text, text/plain", true),
            ("text/plain; q = 0.5, application/openmetrics-text; q = 0.6", true),
        ] {
            assert_eq!(format(accept) == Format::OpenMetrics, open_metrics, "{accept}");
        }
    }

    #[test]
    fn protocol_buffers_are_chosen_if_they_are_named_and_preferred() {
        const NAMED: &str =
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
        use Format::{OpenMetrics, Prometheus, Protobuf};
        for (accept, expected) in [
            // Those of Prometheus are recorded, in `tests/it/http/accept.txt`.
            ("NAMED", Protobuf),
            ("NAMED;q=0.001", Protobuf),
            (
                "Application/VND.google.Protobuf; Encoding=\"DELIMITED\"; proto=\"io.prometheus.client.MetricFamily\"",
                Protobuf,
            ),
            ("NAMED;escaping=underscores;x=y", Protobuf),
            ("NAMED;q=0.5,application/openmetrics-text;version=1.0.0;q=0.6", OpenMetrics),
            ("NAMED;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5", Protobuf),
            ("NAMED;q=0.5,text/plain;version=0.0.4;q=0.6,*/*;q=0.1", Prometheus),
            // Of equal quality: the more specific range, then the first.
            ("*/*,NAMED", Protobuf),
            ("text/plain,NAMED", Protobuf),
            ("application/openmetrics-text,NAMED,text/plain", Protobuf),
            ("NAMED,application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4", Protobuf),
            ("text/plain;version=0.0.4,NAMED,application/openmetrics-text;version=1.0.0", Prometheus),
            ("application/openmetrics-text;version=1.0.0,NAMED", OpenMetrics),
            // The best range of those that name it.
            ("NAMED;q=0.1,text/plain;q=0.5,NAMED;q=0.9", Protobuf),
            // A wildcard stands for text, whatever else it could.
            ("application/*", OpenMetrics),
            ("NAMED;q=0,*/*", Prometheus),
        ] {
            assert_eq!(format(&accept.replace("NAMED", NAMED)), expected, "{accept}");
        }
    }

    #[test]
    fn the_format_is_text_if_nothing_acceptable_is_named() {
        for accept in [
            "",
            ",",
            ";",
            "q=1",
            "application/openmetrics-text;version=0.0.1",
            "application/openmetrics-text;version=2.0.0",
            "application/openmetrics-text;charset=utf-16",
            "application/openmetrics-text;q=2",
            "application/openmetrics-text;q=-1",
            "application/openmetrics-text;q=",
            "application/openmetrics-text;q",
            "application/openmetrics-text;q=0",
            "application/openmetrics-text;q=0.000",
            "application/openmetrics-text;q=0.0001",
            "application/openmetrics-text;q=1.5",
            "application/openmetrics-text;q=.5",
            "application/openmetrics-text;q=1e0",
            "\"application/openmetrics-text",
            "text/plain;version=\"a, application/openmetrics-text",
            "text/plain;x=\"\\\", application/openmetrics-text\"",
            "application/vnd.google.protobuf",
            "application/vnd.google.protobuf;encoding=delimited",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=compact-text",
            "application/vnd.google.protobuf;proto=some.Other;encoding=delimited",
            "application/vnd.google.protobuf;proto=IO.Prometheus.Client.MetricFamily;encoding=delimited",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0",
            "application/vnd.google;proto=io.prometheus.client.MetricFamily;encoding=delimited",
            "*/*;proto=io.prometheus.client.MetricFamily;encoding=delimited",
            "*/*;q=0",
            "text/plain;version=1.0.0",
        ] {
            assert_eq!(format(accept), Format::Prometheus, "{accept}");
        }
        assert_eq!(Preferences::default().format(), Format::Prometheus);
        assert!(!Preferences::default().gzip());
    }

    #[test]
    fn several_headers_of_one_name_are_one_list() {
        let mut preferences = Preferences::default();
        preferences.parse_header("accept", b"text/plain;q=0.5");
        preferences.parse_header("X-Accept", b"text/plain");
        preferences.parse_header("ACCEPT", b"application/openmetrics-text");
        assert_eq!(preferences.format(), Format::OpenMetrics);
    }

    #[test]
    fn the_body_is_compressed_only_if_gzip_is_accepted() {
        for (accept_encoding, compressed) in [
            ("gzip", true),
            ("x-gzip", true),
            ("GZIP;q=0.001", true),
            ("deflate, gzip;q=1.0, *;q=0.5", true),
            ("gzip, deflate, br, zstd", true),
            ("*", true),
            ("*;q=0.1", true),
            ("identity;q=0, gzip", true),
            ("identity;q=0.5, gzip;q=0.5", true),
            ("", false),
            ("zstd", false),
            ("identity", false),
            ("gzip;q=0", false),
            ("gzip;q=0, *", false),
            ("*;q=0", false),
            ("gzip;q=nothing", false),
            ("gzip;q=0.4, identity;q=0.5", false),
            ("identity;q=0", false),
            ("\"gzip\"", false),
            ("gzipped", false),
        ] {
            assert_eq!(gzip(accept_encoding), compressed, "{accept_encoding}");
        }
    }

    #[test]
    fn qualities_are_thousandths() {
        let cases = [
            ("0", 0),
            ("1", 1_000),
            ("0.", 0),
            ("0.5", 500),
            ("0.05", 50),
            ("0.1239", 123),
            ("1.000", 1_000),
        ];
        for (text, thousandths) in cases {
            assert_eq!(quality(text.as_bytes()), Some(thousandths), "{text}");
        }
        for text in ["", ".", "2", "1.001", "0,5", "-0", "0.5 5", "00", "0.x", "١"] {
            assert_eq!(quality(text.as_bytes()), None, "{text}");
        }
    }
}
