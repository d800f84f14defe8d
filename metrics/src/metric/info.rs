//! Info metrics: constant facts, as labels of a gauge at 1.

use super::declaration::Declaration;
use super::declared::Declared;
use crate::collect::{Collection, Registered, Shape};
use crate::labels::SeriesLabels;
use crate::names::{check_label_name, is_equal};
use crate::snapshot::{FamilySnapshot, MetricKind, SampleValue, SeriesSnapshot};
use crate::sync::const_unless_loom;

/// Constant facts about the program as labels, such as its version or the commit it was built from. The value is 1.
#[doc = include_str!("from_the_start_callback.md")]
///
/// ```
/// use tachometer::{Info, metrics};
///
/// metrics! {
///     static BUILD: Info =
///         Info::new("mailer_build_info", "The build", &[("version", env!("CARGO_PKG_VERSION")), ("edition", "2024")]);
/// }
///
/// let text = tachometer::snapshot().to_openmetrics_format();
/// assert!(text.contains("# TYPE mailer_build_info gauge\nmailer_build_info{version=\""));
/// ```
///
/// By convention the name ends in `_info`. It is a gauge in every format. OpenMetrics has a type `info`, but its family has the
/// name without the suffix: one more name that could clash, in that format only, and scrapers make no use of the type.
/// Facts that are known only at run time are registered by [`info`](crate::MetricsRegistry::info).
#[derive(Debug)]
pub struct Info {
    declaration: Declaration,
    labels: &'static [(&'static str, &'static str)],
}

impl Info {
    const_unless_loom! {
        /// Creates an info metric with these labels, exported as `name` with the help text `help`.
        ///
        /// # Panics
        /// If `name` is not a valid Prometheus metric name, if a label name is not valid or reserved, or if two labels have the same
        /// name. In a `static`, this is a compile error.
        #[must_use]
        #[track_caller]
        pub const fn new(
            name: &'static str,
            help: &'static str,
            labels: &'static [(&'static str, &'static str)],
        ) -> Self {
            check(labels);
            Info { declaration: Declaration::new(name, help), labels }
        }
    }

    /// Attaches the metric to the global registry, if it is not attached yet. Idempotent. Only needed for a `static` outside of
    /// [`metrics!`](crate::metrics!), and on WebAssembly.
    ///
    /// ```
    /// use tachometer::Info;
    ///
    /// static LICENSE: Info = Info::new("mailer_license_info", "The licence", &[("license", "MIT")]);
    ///
    /// LICENSE.show();
    /// assert!(tachometer::snapshot().declared.contains_key("mailer_license_info"));
    /// ```
    pub fn show(&'static self) {
        self.declaration.attach_once(self);
    }
}

const fn check(labels: &[(&str, &str)]) {
    let mut index = 0;
    while index < labels.len() {
        let name = labels[index].0;
        check_label_name(name);
        let mut before = 0;
        while before < index {
            assert!(!is_equal(labels[before].0, name), "two labels of a set must not have the same name");
            before += 1;
        }
        index += 1;
    }
}

impl Registered for Info {
    fn describe(&self) -> String {
        format!("a declared gauge with the labels {:?}", self.label_names())
    }

    fn shape(&self) -> Shape {
        Shape::Plain(MetricKind::Gauge)
    }

    fn help(&self) -> Option<&str> {
        Some(self.declaration.help)
    }

    fn label_names(&self) -> Vec<&str> {
        self.labels.iter().map(|(name, _)| *name).collect()
    }

    fn collect(&self, name: &str, into: &mut Collection<'_>) {
        into.add(name, self.declaration.help, info_family(self.labels));
    }
}

impl Declared for Info {
    fn declaration(&self) -> &Declaration {
        &self.declaration
    }
}

/// An info metric that was created at run time.
#[derive(Debug)]
pub(crate) struct DynamicInfo {
    pub(crate) help: String,
    pub(crate) labels: Vec<(String, String)>,
}

impl Registered for DynamicInfo {
    fn describe(&self) -> String {
        format!("an info metric with the labels {:?}", self.labels)
    }

    fn shape(&self) -> Shape {
        Shape::Plain(MetricKind::Gauge)
    }

    fn help(&self) -> Option<&str> {
        Some(&self.help)
    }

    fn label_names(&self) -> Vec<&str> {
        self.labels.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn collect(&self, name: &str, into: &mut Collection<'_>) {
        into.add(name, &self.help, info_family(&self.labels));
    }
}

fn info_family<S: AsRef<str>>(labels: &[(S, S)]) -> FamilySnapshot {
    let labels = SeriesLabels::new(labels.iter().map(|(name, value)| (name.as_ref(), value.as_ref())));
    FamilySnapshot::new(MetricKind::Gauge, vec![SeriesSnapshot::new(labels, SampleValue::Level(1))])
}
