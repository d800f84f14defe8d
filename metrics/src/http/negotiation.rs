//! What a scraper asks for, and which of what there is it gets.
//!
//! Never an error: what is not understood is passed over, and where nothing of it is to be had the answer is Prometheus text,
//! uncompressed, which everybody reads.

use crate::encode::Format;

/// What a request's `Accept` and `Accept-Encoding` say so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wishes {
    text: Offer,
    open_metrics: Offer,
    /// How many media ranges there were.
    ranges: usize,
    gzip: Option<Quality>,
    identity: Option<Quality>,
    any_coding: Option<Quality>,
}

/// From 0, not at all, to 1 000.
type Quality = u16;

/// How much one of our formats is wanted, as the most specific media range that it is in says.
#[derive(Debug, Clone, Copy, Default)]
struct Offer {
    /// Zero where it is in none.
    specificity: usize,
    quality: Quality,
    /// The place of that range among all.
    place: usize,
}

impl Wishes {
    /// Takes in a header of the request. A list may be spread over several headers of one name.
    pub(super) fn hear(&mut self, name: &str, value: &[u8]) {
        if name.eq_ignore_ascii_case("accept") {
            split(value, b',').for_each(|range| self.hear_range(range));
        } else if name.eq_ignore_ascii_case("accept-encoding") {
            split(value, b',').for_each(|coding| self.hear_coding(coding));
        }
    }

    /// The format to answer in.
    pub(super) fn format(&self) -> Format {
        let (text, open) = (self.text, self.open_metrics);
        // Of what is wanted equally, what was asked for more exactly, then what was asked for first. A browser or `curl`,
        // which take anything, get the one that they can show.
        let rank = |offer: Offer| (offer.quality, offer.specificity, usize::MAX - offer.place);
        if open.quality > 0 && rank(open) > rank(text) { Format::OpenMetrics } else { Format::Prometheus }
    }

    /// Whether to compress the answer.
    pub(super) fn gzip(&self) -> bool {
        let gzip = self.gzip.or(self.any_coding).unwrap_or(0);
        // An uncompressed answer is always allowed where nothing is said of it, but nothing says that it is preferred.
        gzip > 0 && gzip >= self.identity.unwrap_or(0)
    }

    fn hear_range(&mut self, range: &[u8]) {
        let place = self.ranges;
        self.ranges += 1;
        let mut parts = split(range, b';');
        let media_type = parts.next().unwrap_or_default();
        let Some(parameters) = Parameters::read(parts) else { return };
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
        let consider = |offer: &mut Offer, main, whole, version| {
            let specificity = match (type_specificity(main, whole), parameters.specificity(version)) {
                (0, _) | (_, None) => return,
                (specificity, Some(more)) => specificity + more,
            };
            let found = Offer { specificity, quality: parameters.quality, place };
            if (specificity, found.quality) > (offer.specificity, offer.quality) {
                *offer = found;
            }
        };
        consider(&mut self.text, "text", "text/plain", "0.0.4");
        consider(&mut self.open_metrics, "application", "application/openmetrics-text", "1.0.0");
    }

    fn hear_coding(&mut self, coding: &[u8]) {
        let mut parts = split(coding, b';');
        let name = parts.next().unwrap_or_default();
        let Some(Parameters { quality, .. }) = Parameters::read(parts) else { return };
        if name.eq_ignore_ascii_case(b"gzip") || name.eq_ignore_ascii_case(b"x-gzip") {
            self.gzip = Some(quality);
        } else if name.eq_ignore_ascii_case(b"identity") {
            self.identity = Some(quality);
        } else if name == b"*" {
            self.any_coding = Some(quality);
        }
    }
}

/// The parameters that say something to us. The others do not: `escaping` says how to write names that are outside ASCII
/// letters, digits, `_` and `:`, and there are none.
struct Parameters<'a> {
    quality: Quality,
    version: Option<&'a [u8]>,
    charset: Option<&'a [u8]>,
}

impl<'a> Parameters<'a> {
    /// `None` where the quality is no quality.
    fn read(parts: impl Iterator<Item = &'a [u8]>) -> Option<Self> {
        let mut parameters = Parameters { quality: 1_000, version: None, charset: None };
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
            }
        }
        Some(parameters)
    }

    /// How many of them a format of this version, in UTF-8, agrees with; `None` where it is another than they ask for.
    fn specificity(&self, version: &str) -> Option<usize> {
        let agrees = |asked: Option<&[u8]>, ours: &str| match asked {
            None => Some(0),
            Some(asked) => asked.eq_ignore_ascii_case(ours.as_bytes()).then_some(1),
        };
        Some(agrees(self.version, version)? + agrees(self.charset, "utf-8")?)
    }
}

/// The parts between separators that are in no quotes, without the blanks around them.
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

/// `0`, `1`, `0.75`: in thousandths. Further digits do not count.
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
        let mut wishes = Wishes::default();
        wishes.hear("Accept", accept.as_bytes());
        wishes.format()
    }

    fn gzip(accept_encoding: &str) -> bool {
        let mut wishes = Wishes::default();
        wishes.hear("Accept-Encoding", accept_encoding.as_bytes());
        wishes.gzip()
    }

    #[test]
    fn who_prefers_a_format_gets_it() {
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
    fn the_most_specific_range_decides_and_then_the_quality_and_the_order() {
        for (accept, open_metrics) in [
            ("text/plain;q=0.5, application/openmetrics-text;q=0.6", true),
            ("text/plain;q=0.6, application/openmetrics-text;q=0.5", false),
            ("application/openmetrics-text;q=0.001, text/plain;q=0", true),
            // The range that names it counts, however large the quality of the wider one.
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
    fn what_is_not_understood_or_not_there_is_text() {
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
            "*/*;q=0",
            "text/plain;version=1.0.0",
        ] {
            assert_eq!(format(accept), Format::Prometheus, "{accept}");
        }
        assert_eq!(Wishes::default().format(), Format::Prometheus);
        assert!(!Wishes::default().gzip());
    }

    #[test]
    fn a_list_over_several_headers_is_one() {
        let mut wishes = Wishes::default();
        wishes.hear("accept", b"text/plain;q=0.5");
        wishes.hear("X-Accept", b"text/plain");
        wishes.hear("ACCEPT", b"application/openmetrics-text");
        assert_eq!(wishes.format(), Format::OpenMetrics);
    }

    #[test]
    fn only_who_takes_gzip_gets_gzip() {
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
        let some = [
            ("0", 0),
            ("1", 1_000),
            ("0.", 0),
            ("0.5", 500),
            ("0.05", 50),
            ("0.1239", 123),
            ("1.000", 1_000),
        ];
        for (text, thousandths) in some {
            assert_eq!(quality(text.as_bytes()), Some(thousandths), "{text}");
        }
        for text in ["", ".", "2", "1.001", "0,5", "-0", "0.5 5", "00", "0.x", "١"] {
            assert_eq!(quality(text.as_bytes()), None, "{text}");
        }
    }
}
