//! A reader of both text formats, written from their descriptions: a line that it does not understand is a finding.

use std::collections::BTreeSet;
use tachometer::Format;

/// A name and a value, unescaped.
pub(crate) type Label = (String, String);

/// All lines of a family.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) name: String,
    pub(crate) help: String,
    kind: String,
    pub(crate) unit: Option<String>,
    pub(crate) samples: Vec<Sample>,
}

/// A line that is no comment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: Vec<Label>,
    pub(crate) value: String,
    pub(crate) exemplar: Option<Exemplar>,
}

/// What is behind the value of a sample.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Exemplar {
    pub(crate) labels: Vec<Label>,
    pub(crate) value: String,
    pub(crate) time: String,
}

/// The families of a whole text, checked.
pub(crate) fn read(text: &str, format: Format) -> Vec<Family> {
    let is_open = format != Format::Prometheus;
    let lines = if is_open { text.strip_suffix("# EOF\n").expect("the last line is EOF") } else { text };
    assert!(lines.is_empty() || lines.ends_with('\n'), "the last line does not end");
    let mut families: Vec<Family> = Vec::new();
    for line in lines.split_terminator('\n') {
        if let Some((name, help)) = comment(line, "# HELP ") {
            assert_metric_name(name);
            let help = if is_open { unescaped(help, "\\n\"", "\"\r") } else { unescaped(help, "\\n", "\r") };
            families.push(Family {
                name: name.into(),
                help,
                kind: String::new(),
                unit: None,
                samples: vec![],
            });
            continue;
        }
        let family = families.last_mut().expect("the first line is a HELP");
        if let Some((name, kind)) = comment(line, "# TYPE ") {
            assert!(name == family.name && family.kind.is_empty() && family.samples.is_empty(), "{line}");
            family.kind = kind.into();
        } else if let Some((name, unit)) = comment(line, "# UNIT ") {
            assert!(is_open && name == family.name && !family.kind.is_empty(), "{line}");
            assert!(family.unit.is_none() && family.samples.is_empty(), "{line}");
            assert!(name.strip_suffix(unit).is_some_and(|rest| rest.ends_with('_')), "{line}");
            family.unit = Some(unit.to_owned());
        } else {
            family.samples.push(sample(line));
        }
    }
    for family in &families {
        check(family, is_open);
    }
    check_that_names_differ(&families, is_open);
    families
}

fn comment<'a>(line: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    line.strip_prefix(keyword).map(|rest| rest.split_once(' ').expect("a comment has a name and a text"))
}

fn assert_metric_name(name: &str) {
    assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':'), "{name:?}");
    assert!(name.chars().next().is_some_and(|c| !c.is_ascii_digit()), "{name:?}");
}

/// `text` without its escapes, which are those of `escapes`, and without one character of `never`.
fn unescaped(text: &str, escapes: &str, never: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        assert!(!never.contains(character), "{character:?} in {text:?}");
        out.push(match character {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some(special) if escapes.contains(special) => special,
                other => panic!("{other:?} is escaped in {text:?}"),
            },
            character => character,
        });
    }
    out
}

/// `name{label="value",…} number`.
fn sample(line: &str) -> Sample {
    let name_end = line.find(['{', ' ']).expect("a sample has a number");
    let (name, rest) = line.split_at(name_end);
    assert_metric_name(name);
    let (labels, rest) = read_labels(rest, line);
    let value = rest.strip_prefix(' ').expect("one blank before the number");
    let (value, exemplar) = match value.split_once(" # ") {
        Some((value, behind)) => (value, Some(exemplar(behind))),
        None => (value, None),
    };
    assert!(number(value).is_some(), "{line}");
    Sample { name: name.to_owned(), labels, value: value.to_owned(), exemplar }
}

/// `{label="value",…} number seconds`.
fn exemplar(text: &str) -> Exemplar {
    let (labels, rest) = read_labels(text, text);
    let numbers = rest.strip_prefix(' ').and_then(|rest| rest.split_once(' '));
    let (value, time) = numbers.expect("a value and a time");
    assert!(number(value).is_some() && number(time).is_some(), "{text}");
    let points = labels.iter().map(|(name, value)| name.chars().count() + value.chars().count());
    assert!(points.sum::<usize>() <= 128, "too long: {text}");
    Exemplar { labels, value: value.to_owned(), time: time.to_owned() }
}

/// The labels with which a text begins, and what is behind them.
fn read_labels<'t>(mut rest: &'t str, line: &str) -> (Vec<Label>, &'t str) {
    let mut labels = Vec::new();
    if let Some(mut in_braces) = rest.strip_prefix('{') {
        loop {
            let (label, behind) = in_braces.split_once("=\"").expect("a label has a value in quotes");
            assert_metric_name(label);
            assert!(!label.contains(':'), "{line}");
            let end = closing_quote(behind);
            labels.push((label.to_owned(), unescaped(&behind[..end], "\\n\"", "\"")));
            let behind = &behind[end + 1..];
            if let Some(behind) = behind.strip_prefix(',') {
                in_braces = behind;
            } else {
                rest = behind.strip_prefix('}').expect("labels end in a brace");
                break;
            }
        }
    }
    let names: BTreeSet<&String> = labels.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), labels.len(), "a label stands there twice: {line}");
    (labels, rest)
}

fn closing_quote(text: &str) -> usize {
    let mut is_escaped = false;
    let ends = |character| {
        let ends = character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        ends
    };
    text.find(ends).expect("a value's quotes are closed")
}

/// A number as both formats write it; Rust alone would read more.
pub(crate) fn number(text: &str) -> Option<f64> {
    match text {
        "+Inf" => Some(f64::INFINITY),
        "-Inf" => Some(f64::NEG_INFINITY),
        "NaN" => Some(f64::NAN),
        _ => {
            let well_formed = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.e".contains(&byte));
            text.parse().ok().filter(|_| well_formed)
        }
    }
}

fn check(family: &Family, is_open: bool) {
    let Family { name, kind, samples, .. } = family;
    assert!(!samples.is_empty(), "{name} has no sample");
    let suffixes: &[&str] = match (kind.as_str(), is_open) {
        ("counter", true) => &["_total", "_created"],
        ("histogram", true) => &["_bucket", "_sum", "_count", "_created"],
        ("histogram", false) => &["_bucket", "_sum", "_count"],
        ("counter", false) | ("gauge", _) | ("unknown", true) => &[""],
        _ => panic!("{name} is a {kind:?}"),
    };
    for sample in samples {
        let suffix = sample.name.strip_prefix(name.as_str()).expect("a sample is called as its family");
        assert!(suffixes.contains(&suffix), "a {kind} {name} has {}", sample.name);
        let may_have = is_open && ["_total", "_bucket"].contains(&suffix);
        assert!(may_have || sample.exemplar.is_none(), "{sample:?}");
        if kind == "counter" || kind == "histogram" {
            assert!(number(&sample.value).is_some_and(|value| value >= 0.0), "{sample:?}");
        }
    }
    if kind == "histogram" {
        check_histograms(family);
    }
}

/// Buckets that rise, then their sum and their count, for one set of labels after the other.
fn check_histograms(family: &Family) {
    let mut samples = family.samples.iter().peekable();
    while samples.peek().is_some() {
        let mut bound = f64::NEG_INFINITY;
        let mut count = 0;
        let mut labels = None;
        while bound < f64::INFINITY {
            let bucket = samples.next().expect("the last bucket is infinite");
            assert!(bucket.name.ends_with("_bucket"), "{bucket:?}");
            let ((name, text), others) = bucket.labels.split_last().expect("a bucket has a bound");
            assert!(name == "le" && text.contains(['.', 'e', 'I']), "{bucket:?}");
            let next = number(text).expect("a bound is a number");
            assert!(next > bound, "{bucket:?} is not above {bound}");
            bound = next;
            let next = bucket.value.parse::<u64>().expect("a count is whole");
            assert!(next >= count, "{bucket:?} is less than {count}");
            count = next;
            assert_eq!(*labels.get_or_insert(others), others);
        }
        let labels = labels.expect("one bucket at least");
        for suffix in ["_sum", "_count"] {
            let sample = samples.next().expect("a sum and a count");
            assert!(sample.name.ends_with(suffix) && sample.labels == labels, "{sample:?}");
            assert!(suffix == "_sum" || sample.value == count.to_string(), "{sample:?} is not {count}");
        }
        samples.next_if(|sample| sample.name.ends_with("_created") && sample.labels == labels);
    }
}

/// No name belongs to two families, and no series is printed twice.
fn check_that_names_differ(families: &[Family], is_open: bool) {
    let mut names = BTreeSet::new();
    let mut series = BTreeSet::new();
    for Family { name, kind, samples, .. } in families {
        let suffixes: &[&str] = match (kind.as_str(), is_open) {
            ("counter", true) => &["", "_total", "_created"],
            ("histogram", true) => &["", "_bucket", "_sum", "_count", "_created"],
            ("histogram", false) => &["", "_bucket", "_sum", "_count"],
            _ => &[""],
        };
        for suffix in suffixes {
            assert!(names.insert(format!("{name}{suffix}")), "{name}{suffix} belongs to two families");
        }
        for Sample { name, labels, .. } in samples {
            let mut labels = labels.clone();
            labels.sort_unstable();
            assert!(series.insert((name, labels)), "a series of {name} is printed twice");
        }
    }
}
