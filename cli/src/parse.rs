//! The text format of Prometheus (0.0.4), as far as a viewer needs it.
//!
//! Lenient on purpose: a scraper refuses a whole text for one bad line, a viewer shows the rest and counts the lines that it could not
//! read. Exemplars and timestamps, which other versions of the format have, are skipped.

use std::borrow::Cow;

/// One line: a name, labels in their order, and a value.
#[derive(Debug, PartialEq)]
pub(crate) struct Sample<'a> {
    pub(crate) name: &'a str,
    pub(crate) labels: Vec<(&'a str, Cow<'a, str>)>,
    pub(crate) value: f64,
}

/// Passes each sample of a text whose name is wanted to `each`, and returns the number of wanted lines that cannot be read.
pub(crate) fn for_each_sample<'a>(
    text: &'a str,
    is_wanted: impl Fn(&str) -> bool,
    mut each: impl FnMut(Sample<'a>),
) -> usize {
    let mut unread = 0;
    for line in text.split('\n') {
        let line = line.trim_matches(is_space);
        let (name, rest) = line.split_at(line.find(|c| !is_name(c)).unwrap_or(line.len()));
        if name.is_empty() || !is_wanted(name) {
            continue;
        }
        match labels_and_value(rest) {
            Some((labels, value)) => each(Sample { name, labels, value }),
            None => unread += 1,
        }
    }
    unread
}

/// Labels in their order, and what follows them.
type Labels<'a> = Vec<(&'a str, Cow<'a, str>)>;

fn labels_and_value(rest: &str) -> Option<(Labels<'_>, f64)> {
    let rest = rest.trim_start_matches(is_space);
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(inside) => labels(inside)?,
        None => (Vec::new(), rest),
    };
    Some((labels, rest.split_ascii_whitespace().next()?.parse().ok()?))
}

/// Reads labels up to the closing brace, and returns what follows it.
fn labels(mut rest: &str) -> Option<(Labels<'_>, &str)> {
    let mut labels = Vec::new();
    loop {
        rest = rest.trim_start_matches(is_space);
        if let Some(after) = rest.strip_prefix('}') {
            return Some((labels, after));
        }
        let (name, after) = rest.split_at(rest.find(|c| !is_name(c))?);
        let after = after.trim_start_matches(is_space).strip_prefix('=')?;
        let quoted = after.trim_start_matches(is_space).strip_prefix('"')?;
        let (value, after) = label_value(quoted)?;
        if name.is_empty() {
            return None;
        }
        labels.push((name, value));
        let after = after.trim_start_matches(is_space);
        rest = after.strip_prefix(',').or_else(|| after.starts_with('}').then_some(after))?;
    }
}

/// Reads a value up to its closing quote, and returns what follows it.
fn label_value(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut is_escaped = false;
    let mut has_escapes = false;
    let is_end = |c: char| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        has_escapes |= is_escaped;
        is_end
    };
    let end = text.find(is_end)?;
    let (value, after) = (&text[..end], &text[end + 1..]);
    Some((if has_escapes { unescaped(value).into() } else { value.into() }, after))
}

fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('n')) => text.push('\n'),
            ('\\', Some(escaped @ ('\\' | '"'))) => text.push(escaped),
            // Not an escape of this format.
            (_, Some(other)) => text.extend(['\\', other]),
            (_, None) => text.push(c),
        }
    }
    text
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == ':'
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;
    use tachometer::MetricsRegistry;

    fn read(text: &str) -> (Vec<Sample<'_>>, usize) {
        let mut samples = Vec::new();
        let unread = for_each_sample(text, |_| true, |sample| samples.push(sample));
        (samples, unread)
    }

    #[test]
    fn names_labels_and_values_are_read() {
        let text = "# HELP a x\n# TYPE a counter\na 1\n\na{b=\"c\"} 2.5e3 1700000000\r\n a { b = \"c\" , d=\"}\\\"\\\\\\n\", } +Inf # {trace_id=\"x\"} 1\n# EOF";
        let (samples, unread) = read(text);
        assert_eq!(unread, 0);
        let shown: Vec<String> =
            samples.iter().map(|s| format!("{} {:?} {}", s.name, s.labels, s.value)).collect();
        assert_eq!(shown, ["a [] 1", r#"a [("b", "c")] 2500"#, r#"a [("b", "c"), ("d", "}\"\\\n")] inf"#]);
    }

    #[test]
    fn bad_lines_are_counted_and_the_rest_is_read() {
        let bad = [
            "a",
            "a{",
            "a{b",
            "a{b=",
            "a{b=\"",
            "a{b=\"c\\\"} 1",
            "a{b=\"c\"",
            "a{b=\"c\"}",
            "a{=\"c\"} 1",
            "a x",
            "a{b=\"c\" d=\"e\"} 1",
        ];
        let text = format!("{}\nlast 1", bad.join("\n"));
        let (samples, unread) = read(&text);
        assert_eq!((samples.len(), unread), (1, bad.len()));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "(\\PC|[a{}\"\\\\=, \n#])*") {
            read(&text);
        }

        /// What the library writes is read as it was meant.
        #[test]
        fn label_values_come_back(value in any::<String>(), count in any::<u32>()) {
            let registry = MetricsRegistry::new(Duration::from_secs(10)).with_labels([("zone", &value)]);
            registry.register_counter("jobs").add(count.into());
            let text = registry.snapshot_all().to_prometheus_format();
            let (samples, unread) = read(&text);
            prop_assert_eq!(unread, 0);
            let jobs = samples.iter().find(|sample| sample.name == "jobs").expect("it is printed");
            let zone = jobs.labels.iter().find(|(name, _)| *name == "zone");
            prop_assert_eq!(zone.map(|(_, value)| value.as_ref()).unwrap_or_default(), value.as_str());
            prop_assert_eq!(jobs.value.to_string(), count.to_string());
        }
    }
}
