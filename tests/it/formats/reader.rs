//! A strict reader of both text formats, written from their specifications and apart from the library.

use std::collections::{BTreeMap, HashSet};
use tachometer::Format;

/// A label's name and value, unescaped.
pub type Label = (String, String);

/// A family as it was printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    pub name: String,
    pub help: String,
    pub kind: String,
    pub unit: Option<String>,
    pub samples: Vec<Sample>,
}

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    pub name: String,
    pub labels: Vec<Label>,
    pub value: String,
    pub exemplar: Option<Exemplar>,
}

/// What stands behind the value of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Exemplar {
    pub labels: Vec<Label>,
    pub value: String,
    pub time: String,
}

impl Sample {
    pub fn float(&self) -> f64 {
        match self.value.as_str() {
            "+Inf" => f64::INFINITY,
            "-Inf" => f64::NEG_INFINITY,
            value => value.parse().unwrap_or_else(|_| panic!("{value:?} is no number")),
        }
    }

    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| label == name).map(|(_, value)| value.as_str())
    }
}

/// A float as `le` must show it.
pub fn canonical(value: f64) -> String {
    if value == f64::INFINITY {
        return "+Inf".to_owned();
    }
    if value == 0.0 || (1e-4..1e6).contains(&value.abs()) {
        let plain = value.to_string();
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let (mantissa, exponent) = {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').expect("an exponent");
        (mantissa.to_owned(), exponent.parse::<i32>().expect("a number"))
    };
    format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// Reads a text: `# HELP`, `# TYPE`, in OpenMetrics perhaps `# UNIT`, samples, and nothing else but OpenMetrics' end.
///
/// # Panics
/// Where it breaks a rule of the format.
pub fn read(format: Format, text: &str) -> Vec<Family> {
    let families = parse(format, text);
    let mut names = HashSet::new();
    let mut lines = HashSet::new();
    for family in &families {
        assert!(!family.samples.is_empty(), "{} has no sample", family.name);
        let suffixes: &[&str] = match (format, family.kind.as_str()) {
            (_, "gauge")
            | (Format::Prometheus, "counter")
            | (Format::OpenMetrics | Format::OpenMetricsWithCreated, "unknown") => &[""],
            (Format::Prometheus, "histogram") => &["_bucket", "_sum", "_count"],
            (_, "counter") => &["_total", "_created"],
            (_, "histogram") => &["_bucket", "_sum", "_count", "_created"],
            (_, kind) => panic!("{kind} is no kind"),
        };
        if format != Format::Prometheus && family.kind == "counter" {
            assert!(!family.name.ends_with("_total"), "{} with its suffix", family.name);
        }
        for suffix in suffixes.iter().chain([&""]).collect::<HashSet<_>>() {
            let name = format!("{}{suffix}", family.name);
            assert!(names.insert(name.clone()), "{name} belongs to two families");
        }
        for sample in &family.samples {
            let suffix = sample.name.strip_prefix(family.name.as_str()).expect("of this family");
            assert!(suffixes.contains(&suffix), "{} in {}", sample.name, family.name);
            assert!(lines.insert((&sample.name, &sample.labels)), "{} stands twice", sample.name);
            assert_eq!(sample.label("le").is_some(), suffix == "_bucket", "{}", sample.name);
            assert!(!sample.float().is_nan(), "{} is not a number", sample.name);
            let may_fall = matches!(family.kind.as_str(), "gauge" | "unknown");
            assert!(may_fall || sample.float() >= 0.0, "{} is negative", sample.name);
            let is_created = suffix == "_created";
            assert!(!is_created || format == Format::OpenMetricsWithCreated, "{}", sample.name);
            if let Some(exemplar) = &sample.exemplar {
                assert!(format != Format::Prometheus, "an exemplar in the older format: {}", sample.name);
                assert!(["_total", "_bucket"].contains(&suffix), "{} has an exemplar", sample.name);
                check_exemplar(exemplar, sample.label("le"));
            }
        }
        if let Some(unit) = &family.unit {
            assert!(family.name.ends_with(&format!("_{unit}")), "{} has the unit {unit}", family.name);
        }
        check_series(family);
    }
    families
}

/// An exemplar has a few short labels, a time, and a value that is in its bucket.
fn check_exemplar(exemplar: &Exemplar, bound: Option<&str>) {
    let points = exemplar.labels.iter().map(|(name, value)| name.chars().count() + value.chars().count());
    assert!(points.sum::<usize>() <= 128, "too long: {exemplar:?}");
    let value: f64 = exemplar.value.parse().expect("a number");
    let bound =
        bound.filter(|bound| *bound != "+Inf").map_or(f64::INFINITY, |bound| bound.parse().expect("a bound"));
    assert!((0.0..=bound).contains(&value), "not in its bucket: {exemplar:?}");
    let (seconds, micros) = exemplar.time.split_once('.').expect("a fraction of a second");
    let are_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    assert!(are_digits(seconds) && are_digits(micros), "not a time: {exemplar:?}");
}

/// The samples of a series stand together, those of a histogram are complete and agree.
fn check_series(family: &Family) {
    let mut series: BTreeMap<Vec<Label>, Vec<&Sample>> = BTreeMap::new();
    let mut last = None;
    for sample in &family.samples {
        let own: Vec<Label> = sample.labels.iter().filter(|(label, _)| label != "le").cloned().collect();
        assert!(last.as_ref() == Some(&own) || !series.contains_key(&own), "{} in two pieces", family.name);
        series.entry(own.clone()).or_default().push(sample);
        last = Some(own);
    }
    for mut samples in series.into_values() {
        if samples.len() > 1 {
            samples.pop_if(|sample| sample.name.ends_with("_created"));
        }
        if family.kind != "histogram" {
            assert_eq!(samples.len(), 1, "{}", family.name);
            continue;
        }
        let [buckets @ .., sum, count] = samples.as_slice() else { panic!("no sum and count") };
        assert!(sum.name.ends_with("_sum") && count.name.ends_with("_count"), "{}", family.name);
        let mut before = (f64::NEG_INFINITY, 0.0);
        for bucket in buckets {
            let bound = bucket.label("le").expect("a bound");
            let value = if bound == "+Inf" { f64::INFINITY } else { bound.parse().expect("a number") };
            assert_eq!(bound, canonical(value));
            assert!(value > before.0 && bucket.float() >= before.1, "{}: {bound}", family.name);
            before = (value, bucket.float());
        }
        assert_eq!(buckets.last().and_then(|bucket| bucket.label("le")), Some("+Inf"));
        assert_eq!(buckets.last().map(|bucket| &bucket.value), Some(&count.value));
    }
}

fn parse(format: Format, text: &str) -> Vec<Family> {
    let is_openmetrics = format != Format::Prometheus;
    let text = if is_openmetrics { text.strip_suffix("# EOF\n").expect("an end") } else { text };
    if text.is_empty() {
        return Vec::new();
    }
    let text = text.strip_suffix('\n').expect("the last line ends");
    let mut families: Vec<Family> = Vec::new();
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        let help = line.strip_prefix("# HELP ").unwrap_or_else(|| panic!("no HELP: {line:?}"));
        let (name, help) = help.split_once(' ').expect("a text");
        let kind = lines.next().and_then(|line| line.strip_prefix("# TYPE ")).expect("TYPE after HELP");
        let (typed, kind) = kind.split_once(' ').expect("a kind");
        assert_eq!(typed, name, "HELP and TYPE are of one family");
        let unit = lines.next_if(|line| is_openmetrics && line.starts_with("# UNIT "));
        let unit = unit.map(|line| {
            let (of, unit) = line["# UNIT ".len()..].split_once(' ').expect("a unit");
            assert_eq!(of, name, "HELP and UNIT are of one family");
            unit.to_owned()
        });
        let mut samples = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
            samples.push(parse_sample(line));
        }
        families.push(Family {
            name: name.to_owned(),
            help: unescape(help, is_openmetrics),
            kind: kind.to_owned(),
            unit,
            samples,
        });
    }
    families
}

fn parse_sample(line: &str) -> Sample {
    let end = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':').expect("a value");
    let (name, rest) = line.split_at(end);
    let (labels, rest) = parse_labels(rest, line);
    let value = rest.strip_prefix(' ').expect("a space before the value");
    let (value, exemplar) = match value.split_once(" # ") {
        Some((value, exemplar)) => (value, Some(parse_exemplar(exemplar))),
        None => (value, None),
    };
    assert!(!value.is_empty() && !value.contains(' '), "one value: {line:?}");
    Sample { name: name.to_owned(), labels, value: value.to_owned(), exemplar }
}

fn parse_exemplar(text: &str) -> Exemplar {
    assert!(text.starts_with('{'), "an exemplar has labels: {text:?}");
    let (labels, rest) = parse_labels(text, text);
    let (value, time) =
        rest.strip_prefix(' ').and_then(|rest| rest.split_once(' ')).expect("a value and a time");
    Exemplar { labels, value: value.to_owned(), time: time.to_owned() }
}

/// Returns the labels with which a text begins, if it does, and the rest.
fn parse_labels<'t>(mut rest: &'t str, line: &str) -> (Vec<Label>, &'t str) {
    let mut labels: Vec<Label> = Vec::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            let (label, after) = rest.split_once("=\"").expect("a label's value");
            let mut escaped = false;
            let close = after
                .find(|c: char| {
                    let closes = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    closes
                })
                .expect("a value ends");
            assert!(labels.iter().all(|(known, _)| known != label), "{label} stands twice: {line:?}");
            labels.push((label.to_owned(), unescape(&after[..close], true)));
            rest = &after[close + 1..];
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        rest = rest.strip_prefix('}').expect("the labels end");
    }
    (labels, rest)
}

fn unescape(text: &str, quotes: bool) -> String {
    let mut chars = text.chars();
    let mut plain = String::new();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => match chars.next() {
                Some('\\') => '\\',
                Some('n') => '\n',
                Some('"') if quotes => '"',
                other => panic!("no escape: {other:?}"),
            },
            c => c,
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::read;
    use std::panic::catch_unwind;
    use tachometer::Format;

    #[test]
    fn the_reader_is_strict() {
        let good = "# HELP a b\n# TYPE a counter\na 1\n";
        read(Format::Prometheus, good);
        for bad in [
            "# HELP a b\n# TYPE a counter\na 1",
            "# TYPE a counter\na 1\n",
            "# HELP a b\na 1\n",
            "# HELP a b\n# TYPE a counter\nb 1\n",
            "# HELP a b\n# TYPE a counter\na 1\na 1\n",
            "# HELP a b\n# TYPE a counter\na  1\n",
            "# HELP a b\n# TYPE a counter\na -1\n",
            "# HELP a b\n# TYPE a gauge\na NaN\n",
            "# HELP a b\n# TYPE a unknown\na 1\n",
            "# HELP a b\n# TYPE a counter\n",
            "# HELP a b\n# TYPE a counter\na 1\n\n",
            "# HELP a b\n# TYPE a counter\na 1\n# EOF\n",
            "# HELP a b\n# TYPE a counter\na 1\n# HELP a b\n# TYPE a counter\na{x=\"y\"} 1\n",
            "# HELP a b\n# TYPE a counter\na{x=\"y} 1\n",
            "# HELP a b\n# TYPE a counter\na{x=\"\\y\"} 1\n",
            "# HELP a b\n# TYPE a counter\na{x=\"1\",x=\"2\"} 1\n",
            "# HELP a b\\q\n# TYPE a counter\na 1\n",
            "# HELP a b\n# TYPE a histogram\na_bucket{le=\"1.0\"} 1\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n",
            "# HELP a b\n# TYPE a histogram\na_bucket{le=\"1.0\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
            "# HELP a b\n# TYPE a histogram\na_bucket{le=\"2.0\"} 1\na_bucket{le=\"1.0\"} 1\na_sum 1\na_count 1\n",
            "# HELP a b\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
        ] {
            assert!(catch_unwind(|| read(Format::Prometheus, bad)).is_err(), "accepted: {bad}");
        }
    }

    #[test]
    fn the_reader_of_openmetrics_is_strict() {
        let good = "# HELP a b\n# TYPE a counter\na_total 1\n# HELP b_s c\n# TYPE b_s gauge\n# UNIT b_s s\nb_s 1\n# EOF\n";
        read(Format::OpenMetrics, good);
        let labels = |length| {
            format!(
                "# HELP a b\n# TYPE a counter\na_total 1 # {{x=\"{}\"}} 1 1.5\n# EOF\n",
                "é".repeat(length)
            )
        };
        read(Format::OpenMetrics, &labels(127));
        for bad in [
            &*labels(128),
            "",
            "# EOF",
            "# HELP a b\n# TYPE a counter\na_total 1\n",
            "# HELP a b\n# TYPE a counter\na 1\n# EOF\n",
            "# HELP a b\n# TYPE a counter\na_total 1\na_created 1\n# EOF\n",
            "# HELP a b\n# TYPE a unknown\na_total 1\n# EOF\n",
            "# HELP a b\n# TYPE a gauge\n# UNIT a s\na 1\n# EOF\n",
            "# HELP a b\n# TYPE a counter\na_total 1\n# HELP a_created b\n# TYPE a_created gauge\na_created 1\n# EOF\n",
            "# HELP a b\n# TYPE a gauge\na{x=\"1\"} 1\na 1\na{x=\"1\",y=\"2\"} 1\na 2\n# EOF\n",
            "# HELP a b\n# TYPE a gauge\na 1 # {x=\"1\"} 1 1.5\n# EOF\n",
            "# HELP a b\n# TYPE a counter\na_total 1 # {x=\"1\"} 1\n# EOF\n",
            "# HELP a b\n# TYPE a counter\na_total 1 # x 1 1.5\n# EOF\n",
        ] {
            assert!(catch_unwind(|| read(Format::OpenMetrics, bad)).is_err(), "accepted: {bad}");
        }
    }
}
