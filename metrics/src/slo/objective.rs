//! An objective, as its series shows it.

use crate::error::{Cause, Error};
use crate::names::{OBJECTIVE_FAMILY, is_metric_name};
use crate::snapshot::FullSnapshot;

/// An objective of a function or of a histogram.
///
/// ```
/// use tachometer::slo::{Objective, Subject};
///
/// // A line of an exposition:
/// // slo_objective{function="order",module="shop",objective="latency",threshold="0.25"} 0.99
/// let labels = [("function", "order"), ("module", "shop"), ("objective", "latency"), ("threshold", "0.25")];
/// let objective = Objective::from_series(labels, 0.99)?;
/// assert_eq!((objective.target(), objective.threshold()), (0.99, Some(0.25)));
/// assert!(matches!(objective.subject(), Subject::Function { function, .. } if function == "order"));
/// # Ok::<(), tachometer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    subject: Subject,
    threshold: Option<f64>,
    target: f64,
}

/// What an objective is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Subject {
    /// The calls of an instrumented function, of all its label sets.
    #[non_exhaustive]
    Function {
        /// The `function` label.
        function: String,
        /// The `module` label.
        module: String,
    },
    /// The values of a declared histogram, of all its label sets.
    #[non_exhaustive]
    Histogram {
        /// The exported name, without a suffix.
        name: String,
    },
}

impl Objective {
    /// Returns the objective that a series of the family `slo_objective` shows. Labels of other names are ignored: a registry or a server
    /// may have added them.
    ///
    /// # Errors
    /// If a label is missing or wrong, or `value` is not between 0 and 1.
    pub fn from_series<'a>(
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
        value: f64,
    ) -> Result<Objective, Error> {
        let (mut function, mut module, mut histogram, mut kind, mut threshold) = <(_, _, _, _, _)>::default();
        for (name, value) in labels {
            let slot = match name {
                "function" => &mut function,
                "module" => &mut module,
                "histogram" => &mut histogram,
                "objective" => &mut kind,
                "threshold" => &mut threshold,
                _ => continue,
            };
            *slot = Some(value).filter(|value| !value.is_empty());
        }
        let invalid = |reason: String| Err(Error::from(Cause::Objective { reason }));
        let subject = match (function, module, histogram) {
            (Some(function), module, None) => Subject::Function {
                function: function.to_owned(),
                module: module.unwrap_or_default().to_owned(),
            },
            (None, None, Some(name)) if is_metric_name(name) => Subject::Histogram { name: name.to_owned() },
            (None, None, Some(name)) => {
                return invalid(format!("{name:?} cannot be the name of a histogram"));
            }
            _ => return invalid("it must be of a function or of a histogram".to_owned()),
        };
        let is_of_function = matches!(subject, Subject::Function { .. });
        let threshold = match (kind, threshold) {
            (Some("success"), None) if is_of_function => None,
            (Some("latency"), Some(text)) => match text.parse::<f64>() {
                Ok(threshold) if threshold.is_finite() => Some(threshold),
                _ => return invalid(format!("the threshold {text:?} is not a finite number")),
            },
            (Some("latency"), None) => return invalid("the threshold of its latency is missing".to_owned()),
            (kind, threshold) => {
                let (kind, threshold) = (kind.unwrap_or_default(), threshold.unwrap_or_default());
                return invalid(format!(
                    "its kind must be \"success\", of a function and without a threshold, or \"latency\", not {kind:?} with \
                     the threshold {threshold:?}"
                ));
            }
        };
        if !(value > 0.0 && value < 1.0) {
            return invalid(format!("the target must be a ratio between 0 and 1, not {value}"));
        }
        Ok(Objective { subject, threshold, target: value })
    }

    /// Returns what it is about.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Returns the target as a ratio: 0.999 if 99.9 % are to be good.
    pub fn target(&self) -> f64 {
        self.target
    }

    /// Returns the largest good value, in seconds for calls and for histograms of times; `None` for an objective of success.
    pub fn threshold(&self) -> Option<f64> {
        self.threshold
    }
}

impl FullSnapshot {
    /// Returns the objectives of all functions and histograms, in the order they are exported in.
    ///
    /// ```
    /// use tachometer::instrumented;
    ///
    /// #[instrumented(slo(success = 99.95))]
    /// fn reserve() -> Result<(), &'static str> {
    ///     Ok(())
    /// }
    ///
    /// fn main() {
    ///     let _ = reserve();
    ///     let objectives = tachometer::snapshot().objectives();
    ///     assert!(objectives.iter().any(|objective| objective.target() == 0.9995));
    /// }
    /// ```
    pub fn objectives(&self) -> Vec<Objective> {
        let series = self.declared.get(OBJECTIVE_FAMILY).into_iter().flat_map(|family| &family.series);
        // In JSON from elsewhere there may be others.
        let objective = |labels, value| Objective::from_series(labels, value).ok();
        series.filter_map(|series| objective(series.labels.iter(), series.value.as_quantity()?)).collect()
    }
}
