//! Documents: metrics of one label set, as many as one may contain.

use super::text::{clean, is_dimension_name};
use crate::encode::json_text::push_text;
use std::fmt::Write;

/// The largest number of metrics of a document.
const MAX_METRICS: usize = 100;
/// The largest size of a document. CloudWatch's own limit is 1 MiB for an event of a log; it was 256 KiB for long, and is so still in some
/// collectors of logs.
const MAX_BYTES: usize = 250_000;
/// The largest size of a dimension's value.
const MAX_VALUE: usize = 1_024;

/// What is the same in all documents of a label set.
#[derive(Debug)]
pub(super) struct Head {
    /// The document up to the dimensions.
    begin: String,
    /// The names of the dimensions.
    dimensions: String,
    /// The members of dimensions and properties, each with a comma before it.
    members: String,
}

impl Head {
    pub(super) fn new(timestamp: u128, namespace: &str) -> Self {
        let mut begin = String::new();
        write!(begin, "{{\"_aws\":{{\"Timestamp\":{timestamp},\"CloudWatchMetrics\":[{{\"Namespace\":")
            .expect("writing to a string cannot fail");
        push_text(&mut begin, namespace);
        begin.push_str(",\"Dimensions\":[[");
        Head { begin, dimensions: String::new(), members: String::new() }
    }

    /// Adds a dimension. Returns the reason if CloudWatch would refuse it.
    pub(super) fn add_dimension(&mut self, name: &str, value: &str) -> Result<(), String> {
        if !is_dimension_name(name) {
            return Err(format!("the name of the dimension {name:?} is longer than 250 bytes"));
        }
        let value = clean(value);
        if value.len() > MAX_VALUE {
            return Err(format!("the value of the dimension {name:?} is longer than {MAX_VALUE} bytes"));
        }
        if !self.dimensions.is_empty() {
            self.dimensions.push(',');
        }
        push_text(&mut self.dimensions, name);
        self.add_property(name, &value);
        Ok(())
    }

    /// Returns whether a document with any one metric is within the limit.
    pub(super) fn has_room(&self) -> bool {
        self.begin.len() + self.dimensions.len() + self.members.len() <= MAX_BYTES / 2
    }

    pub(super) fn add_property(&mut self, name: &str, value: &str) {
        self.members.push(',');
        push_text(&mut self.members, name);
        self.members.push(':');
        push_text(&mut self.members, value);
    }
}

/// A document that metrics are added to.
#[derive(Debug)]
pub(super) struct Document<'a> {
    head: &'a Head,
    /// The definitions of the metrics.
    definitions: String,
    /// The members of the metrics, each with a comma before it.
    values: String,
    metrics: usize,
    /// The name of the last metric.
    last: String,
}

impl<'a> Document<'a> {
    pub(super) fn new(head: &'a Head) -> Self {
        Document { head, definitions: String::new(), values: String::new(), metrics: 0, last: String::new() }
    }

    /// Adds a metric. If it is one too many, or has the name of the last one, the document is finished, and this is the first of the next.
    pub(super) fn add(
        &mut self,
        out: &mut String,
        name: &str,
        unit: &str,
        push_value: impl FnOnce(&mut String),
    ) {
        let mut value = String::from(",");
        push_text(&mut value, name);
        value.push(':');
        push_value(&mut value);
        let mut definition = String::from("{\"Name\":");
        push_text(&mut definition, name);
        definition.push_str(",\"Unit\":");
        push_text(&mut definition, unit);
        definition.push('}');
        let is_full = self.metrics == MAX_METRICS
            || (self.metrics > 0 && self.last == name)
            || self.bytes() + definition.len() + value.len() + 1 > MAX_BYTES;
        if is_full {
            self.finish(out);
        }
        if self.metrics > 0 {
            self.definitions.push(',');
        }
        self.definitions.push_str(&definition);
        self.values.push_str(&value);
        self.metrics += 1;
        self.last.clear();
        self.last.push_str(name);
    }

    /// Appends the document to `out`, unless it is empty, and begins the next one.
    pub(super) fn finish(&mut self, out: &mut String) {
        let Document { head, definitions, values, metrics, .. } = self;
        if *metrics > 0 {
            let Head { begin, dimensions, members } = head;
            out.extend([
                begin,
                dimensions,
                BEFORE_METRICS,
                definitions,
                AFTER_METRICS,
                members,
                values,
                "}\n",
            ]);
        }
        *self = Document::new(self.head);
    }

    /// Returns the size of the document, as it is now.
    fn bytes(&self) -> usize {
        let Head { begin, dimensions, members } = self.head;
        let fixed = BEFORE_METRICS.len() + AFTER_METRICS.len() + "}\n".len();
        begin.len() + dimensions.len() + members.len() + fixed + self.definitions.len() + self.values.len()
    }
}

const BEFORE_METRICS: &str = "]],\"Metrics\":[";
const AFTER_METRICS: &str = "]}]}";
