//! The declaration of a metric: its name, help text and source location, and whether a registry reads it.

use crate::names::is_metric_name;
use crate::sync::const_unless_loom;
use crate::sync::unmodelled::OnceLock;
use std::panic::Location;

/// The name, help text and source location of a declared metric.
#[derive(Debug)]
pub struct Declaration {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    /// The source location of the declaration.
    pub(crate) place: &'static Location<'static>,
    /// Set after a registry has begun to read the metric.
    pub(super) attached: OnceLock<()>,
}

impl Declaration {
    const_unless_loom! {
        /// Creates a declaration at the caller's location.
        ///
        /// # Panics
        /// If `name` is not a valid Prometheus metric name. In a `static`, this is a compile error.
        #[track_caller]
        pub(crate) const fn new(name: &'static str, help: &'static str) -> Self {
            Self::check_name(name);
            Self::at(name, help, Location::caller())
        }
    }

    const_unless_loom! {
        /// Creates a declaration at `place`. The name must have been [checked](Self::check_name).
        pub(crate) const fn at(name: &'static str, help: &'static str, place: &'static Location<'static>) -> Self {
            Declaration { name, help, place, attached: OnceLock::new() }
        }
    }

    /// Creates the declaration of a metric that a registry creates and reads from then on. It is never attached to the global
    /// registry. The registration checks the name.
    pub(crate) fn of_registry(
        name: &'static str,
        help: &'static str,
        place: &'static Location<'static>,
    ) -> Self {
        let declaration = Self::at(name, help, place);
        declaration.leave_to_registry();
        declaration
    }

    /// Checks a metric's name.
    ///
    /// # Panics
    /// If `name` is not a valid Prometheus metric name. In a `static`, this is a compile error.
    #[track_caller]
    pub(crate) const fn check_name(name: &str) {
        assert!(
            is_metric_name(name),
            "a metric's name must be ASCII letters, digits, `_` and `:`, and not begin with a digit"
        );
    }

    /// Marks the metric as read by a registry, so that it is not attached to the global one.
    pub(crate) fn leave_to_registry(&self) {
        self.attached.get_or_init(|| ());
    }
}
