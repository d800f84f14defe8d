//! Prometheus text, version 0.0.4.

use super::float::Canonical;
use super::format::Format;
use crate::snapshot::FullSnapshot;
use crate::snapshot::families::{Distribution, Labels, MetricFamily, MetricKind, Number, Series, Value};
use std::fmt::{self, Write};

impl FullSnapshot {
    /// This snapshot as Prometheus text 0.0.4 (`text/plain; version=0.0.4; charset=utf-8`).
    ///
    /// One block a family with its `# HELP` and `# TYPE`, families and series in a stable order, buckets cumulative up to
    /// `+Inf`. Empty where there is nothing to print.
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
}

/// Appends `snapshot` to `text`.
pub(super) fn write(snapshot: &FullSnapshot, text: &mut String) {
    for family in snapshot.families() {
        // A string takes all that is written to it, and nothing that is formatted here fails of its own.
        let _ = write_family(text, &family);
    }
}

fn write_family(out: &mut String, family: &MetricFamily<'_>) -> fmt::Result {
    let kind = match family.kind {
        MetricKind::Counter => "counter",
        MetricKind::Gauge => "gauge",
        MetricKind::Histogram => "histogram",
    };
    writeln!(out, "# HELP {} {}", family.name, EscapedHelp(&family.help))?;
    writeln!(out, "# TYPE {} {kind}", family.name)?;
    for Series { labels, value, .. } in &family.series {
        match value {
            Value::Number(number) => write_sample(out, &family.name, "", labels, None, *number)?,
            Value::Histogram(distribution) => write_histogram(out, &family.name, labels, distribution)?,
        }
    }
    Ok(())
}

fn write_histogram(
    out: &mut String,
    name: &str,
    labels: &Labels<'_>,
    distribution: &Distribution<'_>,
) -> fmt::Result {
    // The count is the last bucket, so the two agree whatever else is true.
    let mut count = 0;
    for bucket in distribution.buckets() {
        count = bucket.cumulative_count;
        write_sample(out, name, "_bucket", labels, Some(bucket.upper_bound), Number::Unsigned(count))?;
    }
    write_sample(out, name, "_sum", labels, None, distribution.sum())?;
    write_sample(out, name, "_count", labels, None, Number::Unsigned(count))
}

/// One line: the name with its suffix, the labels (`le` last), the number.
fn write_sample(
    out: &mut String,
    name: &str,
    suffix: &str,
    labels: &Labels<'_>,
    le: Option<f64>,
    number: Number,
) -> fmt::Result {
    write!(out, "{name}{suffix}")?;
    let mut separator = '{';
    for (label, value) in labels.iter() {
        write!(out, "{separator}{label}=\"{}\"", EscapedLabel(value))?;
        separator = ',';
    }
    if let Some(le) = le {
        write!(out, "{separator}le=\"{}\"", Canonical(le))?;
        separator = ',';
    }
    if separator == ',' {
        out.push('}');
    }
    match number {
        Number::Unsigned(count) => writeln!(out, " {count}"),
        Number::Signed(level) => writeln!(out, " {level}"),
        Number::Float(quantity) => writeln!(out, " {}", Canonical(quantity)),
    }
}

/// A label's value, with `\`, `"` and line feeds escaped.
struct EscapedLabel<'a>(&'a str);

/// A help text, with `\` and line feeds escaped.
struct EscapedHelp<'a>(&'a str);

impl fmt::Display for EscapedLabel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(f, self.0, &['\\', '\n', '"'])
    }
}

impl fmt::Display for EscapedHelp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(f, self.0, &['\\', '\n'])
    }
}

fn escape(f: &mut fmt::Formatter<'_>, text: &str, special: &[char]) -> fmt::Result {
    let mut rest = text;
    while let Some(index) = rest.find(special) {
        f.write_str(&rest[..index])?;
        match rest.as_bytes()[index] {
            b'\n' => f.write_str("\\n")?,
            special => write!(f, "\\{}", char::from(special))?,
        }
        rest = &rest[index + 1..];
    }
    f.write_str(rest)
}

#[cfg(test)]
mod tests {
    use super::{EscapedHelp, EscapedLabel};

    #[test]
    fn escapes_what_would_end_a_line_or_a_value() {
        let text = "a\\b\"c\nd é";
        assert_eq!(EscapedLabel(text).to_string(), r#"a\\b\"c\nd é"#);
        assert_eq!(EscapedHelp(text).to_string(), r#"a\\b"c\nd é"#);
        assert_eq!(EscapedLabel("").to_string(), "");
    }
}
