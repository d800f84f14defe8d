//! The namespace and the labels that all metrics of a registry share.

use std::borrow::Cow;

/// The namespace and labels of a registry.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub(super) namespace: Option<String>,
    /// Names and values, in the order they were given. No name occurs twice.
    pub(super) labels: Vec<(String, String)>,
}

impl Scope {
    /// Returns the exported name, with the namespace, of what the program calls `name`.
    pub(super) fn full_name<'a>(&self, name: &'a str) -> Cow<'a, str> {
        match &self.namespace {
            Some(namespace) => format!("{namespace}_{name}").into(),
            None => name.into(),
        }
    }

    /// Returns `full_name` without the namespace, if it begins with it.
    pub(super) fn given_name<'a>(&self, full_name: &'a str) -> Option<&'a str> {
        match &self.namespace {
            Some(namespace) => full_name.strip_prefix(namespace.as_str())?.strip_prefix('_'),
            None => Some(full_name),
        }
    }

    /// Returns the value of this label of all series.
    pub(super) fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| label == name).map(|(_, value)| value.as_str())
    }
}
