//! The fields of spans: which record an error, and which are labels.

use std::fmt;
use tracing_core::Field;
use tracing_core::field::{FieldSet, Visit};

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

/// Takes the values of the fields that are labels, in the order of `fields`.
#[derive(Debug)]
pub(crate) struct LabelValues<'a> {
    fields: &'a [&'static str],
    pub(crate) values: Vec<String>,
}

impl<'a> LabelValues<'a> {
    /// Creates values that are all empty.
    pub(crate) fn new(fields: &'a [&'static str]) -> Self {
        LabelValues { fields, values: vec![String::new(); fields.len()] }
    }

    fn record(&mut self, field: &Field, value: impl FnOnce() -> String) {
        if let Some(index) = self.fields.iter().position(|name| *name == field.name()) {
            self.values[index] = value();
        }
    }
}

impl Visit for LabelValues<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record(field, || value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record(field, || format!("{value:?}"));
    }
}
