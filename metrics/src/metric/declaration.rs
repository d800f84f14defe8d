//! What is said of a metric where it is declared, and which registry reads it.

use super::declared::Declared;
use crate::names::is_metric_name;
use crate::sync::unmodelled::OnceLock;
use crate::sync::{List, const_unless_loom};
use std::panic::Location;
use std::time::SystemTime;

/// What is said of a metric where it is declared.
#[derive(Debug)]
pub struct Declaration {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    /// Where in the source it stands.
    pub(crate) place: &'static Location<'static>,
    /// Set once a registry reads it.
    attached: OnceLock<()>,
}

/// The metrics of the global registry that were declared in a `static`, whichever that registry is or will be.
#[cfg(not(loom))]
static ATTACHED: List<&'static dyn Declared> = List::new();
#[cfg(loom)]
loom::lazy_static! { static ref ATTACHED: List<&'static dyn Declared> = List::new(); }

/// When the first was attached: none has counted before.
static SINCE: OnceLock<SystemTime> = OnceLock::new();

/// Since when the metrics of the global registry may have counted.
pub(crate) fn since() -> Option<SystemTime> {
    SINCE.get().copied()
}

/// All that the global registry has to show.
pub(crate) fn attached() -> impl Iterator<Item = &'static dyn Declared> {
    ATTACHED.iter().copied()
}

impl Declaration {
    const_unless_loom! {
        /// # Panics
        /// If Prometheus does not allow the name; in a `static`, this is a compile error.
        #[track_caller]
        pub(crate) const fn new(name: &'static str, help: &'static str) -> Self {
            Self::check_name(name);
            Self::at(name, help, Location::caller())
        }
    }

    const_unless_loom! {
        /// A metric that stands at `place`. Its name was [checked](Self::check_name).
        pub(crate) const fn at(name: &'static str, help: &'static str, place: &'static Location<'static>) -> Self {
            Declaration { name, help, place, attached: OnceLock::new() }
        }
    }

    /// Of a metric that a registry makes for itself, which reads it from then on: no other attaches it on its first use. The
    /// name is checked by who registers it.
    pub(crate) fn of_registry(
        name: &'static str,
        help: &'static str,
        place: &'static Location<'static>,
    ) -> Self {
        let declaration = Self::at(name, help, place);
        declaration.leave_to_registry();
        declaration
    }

    /// # Panics
    /// If Prometheus does not allow the name; in a `static`, this is a compile error.
    #[track_caller]
    pub(crate) const fn check_name(name: &str) {
        assert!(
            is_metric_name(name),
            "a metric's name must be ASCII letters, digits, `_` and `:`, and not begin with a digit"
        );
    }

    /// As [`attach`](Self::attach), for those who do not know whether this is the first time.
    #[inline]
    pub(crate) fn attach_once(&self, metric: &'static dyn Declared) {
        if self.attached.get().is_none() {
            self.attach(metric);
        }
    }

    /// Has no registry read the metric but the one that was told to.
    pub(crate) fn leave_to_registry(&self) {
        self.attached.get_or_init(|| ());
    }

    /// Has the global registry read `metric`, whose declaration this is, if none reads it yet.
    #[cold]
    pub(crate) fn attach(&self, metric: &'static dyn Declared) {
        self.attached.get_or_init(|| {
            SINCE.get_or_init(SystemTime::now);
            ATTACHED.push(metric);
        });
    }
}
