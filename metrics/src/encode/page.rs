//! The data of the page that a person looks at: JSON, written once a second while it is open.
//!
//! It has what the page shows and cannot compute, in short: lists instead of objects where there are many, no percentiles, no member of a
//! function that was never called. The buckets are those of the whole run, and the page subtracts them itself. So the program keeps
//! nothing for those who look, and any number of them may. The format may change with every version.

use super::json_text::push_text;
use super::json_values::{push_array, push_double};
use super::number::{push_signed, push_unsigned};
use super::values::float_of;
use crate::snapshot::families::{Distribution, SeriesView, Value};
use crate::snapshot::{Exemplar, FullSnapshot, FunctionSnapshot, HistogramSnapshot, ListedFamily};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Appends the data of a page. `registries` are the paths of all registries that the endpoint serves.
pub(crate) fn write(snapshot: &FullSnapshot, registries: &[&str], out: &mut String) {
    out.push('{');
    push_member(out, "version");
    push_text(out, env!("CARGO_PKG_VERSION"));
    push_member(out, "run");
    push_text(out, &snapshot.run.map_or_else(String::new, |run| run.to_string()));
    push_member(out, "time");
    push_time(out, snapshot.timestamp);
    push_member(out, "created");
    push_time(out, snapshot.created);
    push_member(out, "registries");
    push_array(out, registries, |out, path| push_text(out, path));
    push_member(out, "functions");
    push_array(out, &snapshot.functions, push_function);
    push_member(out, "metrics");
    let mut families = snapshot.listed_families();
    families.retain(|family| !family.is_of_functions());
    push_array(out, &families, push_family);
    out.push('}');
}

fn push_function(out: &mut String, function: &FunctionSnapshot) {
    out.push('{');
    push_member(out, "module");
    push_text(out, &function.module);
    push_member(out, "name");
    push_text(out, &function.function);
    let labels = function.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    push_labels(out, labels);
    if let Some((file, line)) = function.place() {
        push_member(out, "file");
        push_text(out, file);
        push_count(out, "line", line.into());
    }
    if function.is_called() {
        push_count(out, "ok", function.ok);
        push_count(out, "errors", function.errors);
        push_count(out, "panics", function.panics);
        push_count(out, "cancelled", function.cancelled);
        push_member(out, "in_flight");
        push_signed(out, function.in_flight);
        if function.sample_interval > 1 {
            push_count(out, "sample", function.sample_interval);
        }
        if !function.error_kinds.is_empty() {
            push_member(out, "kinds");
            push_array(out, &function.error_kinds, |out, (kind, errors)| {
                out.push('[');
                push_text(out, kind);
                out.push(',');
                push_unsigned(out, *errors);
                out.push(']');
            });
        }
        push_histogram(out, &function.latency);
        push_exemplars(out, function);
    }
    out.push('}');
}

fn push_family(out: &mut String, family: &ListedFamily<'_>) {
    out.push('{');
    push_member(out, "name");
    push_text(out, &family.name);
    push_member(out, "help");
    push_text(out, &family.help);
    push_member(out, "kind");
    push_text(out, &family.kind.to_string());
    if let Some(unit) = family.unit {
        push_member(out, "unit");
        push_text(out, unit);
    }
    push_member(out, "series");
    out.push('[');
    let mut is_first = true;
    family.each_series(|series| {
        if !is_first {
            out.push(',');
        }
        is_first = false;
        push_series(out, &series);
    });
    out.push_str("]}");
}

fn push_series(out: &mut String, series: &SeriesView<'_>) {
    out.push('{');
    push_labels(out, series.labels.iter());
    match &series.value {
        Value::Number(number) => {
            push_member(out, "value");
            push_double(out, float_of(*number));
        }
        Value::Histogram(distribution) => push_distribution(out, distribution),
    }
    out.push('}');
}

fn push_distribution(out: &mut String, distribution: &Distribution<'_>) {
    if distribution.is_of_time() {
        push_member(out, "nanos");
        out.push_str("true");
    }
    push_histogram(out, distribution.recorded());
}

/// Appends the members of a histogram, in the unit in which it was recorded: nanoseconds for times.
fn push_histogram(out: &mut String, histogram: &HistogramSnapshot) {
    push_count(out, "count", histogram.total());
    push_count(out, "sum", histogram.sum());
    if let Some((min, max)) = histogram.extremes() {
        push_count(out, "min", min);
        push_count(out, "max", max);
    }
    // Pairs of an index and a count, without those of no values, as one list.
    let mut pairs = Pairs { out, is_first: true };
    if let Some(native) = histogram.native() {
        push_member(pairs.out, "schema");
        push_signed(pairs.out, native.schema().into());
        push_count(pairs.out, "zeros", native.zero_count());
        push_member(pairs.out, "buckets");
        pairs.out.push('[');
        native.each_bucket(|index, count| pairs.push(index.into(), count));
    } else {
        push_member(pairs.out, "bounds");
        push_array(pairs.out, &histogram.boundaries, |out, bound| push_unsigned(out, *bound));
        push_member(pairs.out, "buckets");
        pairs.out.push('[');
        for (index, count) in (0..).zip(&histogram.buckets) {
            pairs.push(index, *count);
        }
    }
    pairs.out.push(']');
}

/// A list of pairs that is being written.
struct Pairs<'a> {
    out: &'a mut String,
    is_first: bool,
}

impl Pairs<'_> {
    fn push(&mut self, index: i64, count: u64) {
        if count == 0 {
            return;
        }
        if !self.is_first {
            self.out.push(',');
        }
        self.is_first = false;
        push_signed(self.out, index);
        self.out.push(',');
        push_unsigned(self.out, count);
    }
}

fn push_exemplars(out: &mut String, function: &FunctionSnapshot) {
    let exemplars = function.exemplars();
    let named = [
        ("slowest", exemplars.slowest()),
        ("last error", exemplars.last_error()),
        ("last panic", exemplars.last_panic()),
    ];
    let known: Vec<(&str, &Exemplar)> =
        named.into_iter().filter_map(|(role, exemplar)| Some((role, exemplar?))).collect();
    if known.is_empty() {
        return;
    }
    push_member(out, "exemplars");
    push_array(out, &known, |out, (role, exemplar)| {
        out.push('{');
        push_member(out, "role");
        push_text(out, role);
        push_member(out, "trace");
        push_text(out, &exemplar.trace().trace_id_text().to_string());
        push_member(out, "span");
        push_text(out, &exemplar.trace().span_id_text().to_string());
        push_member(out, "time");
        push_seconds(out, exemplar.since_1970());
        if let Some(value) = exemplar.value() {
            push_count(out, "value", value);
        }
        out.push('}');
    });
}

/// Appends labels as pairs, if there are any.
fn push_labels<'a>(out: &mut String, labels: impl Iterator<Item = (&'a str, &'a str)>) {
    let mut labels = labels.peekable();
    if labels.peek().is_none() {
        return;
    }
    push_member(out, "labels");
    let mut separator = "[[";
    for (name, value) in labels {
        out.push_str(separator);
        separator = ",[";
        push_text(out, name);
        out.push(',');
        push_text(out, value);
        out.push(']');
    }
    out.push(']');
}

/// Appends the name of a member, after a comma unless it is the first of its object.
fn push_member(out: &mut String, name: &str) {
    // No value ends in a brace that opens an object: texts end in a quote.
    if !out.ends_with('{') {
        out.push(',');
    }
    out.extend(["\"", name, "\":"]);
}

fn push_count(out: &mut String, name: &str, count: u64) {
    push_member(out, name);
    push_unsigned(out, count);
}

/// Appends a time as seconds since 1970.
fn push_time(out: &mut String, time: SystemTime) {
    push_seconds(out, time.duration_since(UNIX_EPOCH).unwrap_or_default());
}

fn push_seconds(out: &mut String, duration: Duration) {
    push_double(out, duration.as_secs_f64());
}
