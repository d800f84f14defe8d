//! The fields of spans: which record an error, and which are labels.

use std::cell::RefCell;
use std::fmt::{self, Write};
use tracing_core::Field;
use tracing_core::field::{FieldSet, Visit};
use tracing_core::span::Attributes;

/// The field in which OpenTelemetry's layer keeps the status of a span.
const STATUS: &str = "otel.status_code";

/// Returns whether a field of `fields` may record an error.
pub(crate) fn has_error_field(fields: &FieldSet) -> bool {
    fields.iter().any(|field| is_error_field(field.name()) || field.name() == STATUS)
}

fn is_error_field(name: &str) -> bool {
    matches!(name, "error" | "err")
}

/// Finds out whether an error is recorded.
#[derive(Debug, Default)]
pub(crate) struct ErrorVisitor {
    pub(crate) is_error: bool,
}

impl Visit for ErrorVisitor {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.is_error |= value && is_error_field(field.name());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.is_error |= match field.name() {
            STATUS => value.eq_ignore_ascii_case("error"),
            name => is_error_field(name),
        };
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == STATUS {
            self.record_str(field, &format!("{value:?}"));
        } else {
            self.is_error |= is_error_field(field.name());
        }
    }
}

/// The values of the fields that are labels, in the order of `fields`.
#[derive(Debug)]
pub(crate) struct LabelValues<'a> {
    fields: &'a [&'static str],
    values: &'a mut [String],
}

thread_local! {
    /// Values whose memory is used again.
    static VALUES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Calls `read` with the values that `attributes` has of `fields`; the others are empty.
pub(crate) fn with_values<R>(
    fields: &[&'static str],
    attributes: &Attributes<'_>,
    read: impl FnOnce(&[String]) -> R,
) -> R {
    // New ones if these are in use, by a value whose own text opens a span, or if the thread ends.
    let mut values = VALUES.try_with(RefCell::take).unwrap_or_default();
    values.iter_mut().for_each(String::clear);
    values.resize_with(values.len().max(fields.len()), String::new);
    attributes.record(&mut LabelValues { fields, values: &mut values });
    let result = read(&values[..fields.len()]);
    let _ = VALUES.try_with(|kept| kept.replace(values));
    result
}

impl LabelValues<'_> {
    fn value(&mut self, field: &Field) -> Option<&mut String> {
        let index = self.fields.iter().position(|name| *name == field.name())?;
        Some(&mut self.values[index])
    }
}

impl Visit for LabelValues<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if let Some(text) = self.value(field) {
            text.push_str(value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if let Some(text) = self.value(field) {
            // An error is the value's own: the value is what was written before.
            let _ = write!(text, "{value:?}");
        }
    }
}
