//! What a family is declared with, and what is made of it at its first use.

use super::core::{Core, Limits, Sets};
use crate::metric::kind::Kind;
use crate::metric::{Declaration, Declared};
use crate::sync::leak;
use crate::sync::unmodelled::OnceLock;
use std::panic::Location;

/// What is said of a family, and what was made of it.
#[derive(Debug)]
pub(super) struct Plan<M: Kind> {
    pub(super) name: &'static str,
    help: &'static str,
    place: &'static Location<'static>,
    pub(super) options: M::Options,
    pub(super) limits: Limits,
    /// Made at the first use.
    core: OnceLock<&'static Core<M>>,
}

impl<M: Kind> Plan<M> {
    #[track_caller]
    pub(super) const fn new(name: &'static str, help: &'static str, options: M::Options) -> Self {
        Declaration::check_name(name);
        Plan {
            name,
            help,
            place: Location::caller(),
            options,
            limits: Limits::DEFAULT,
            core: OnceLock::new(),
        }
    }

    /// What was made of it; made now, and read by the global registry, where it was not.
    #[inline]
    pub(super) fn core(&self, sets: impl FnOnce(Limits) -> Sets) -> &'static Core<M> {
        self.core.get().copied().unwrap_or_else(|| self.make(sets, |core| core.declaration().attach(core)))
    }

    #[cold]
    fn make(&self, sets: impl FnOnce(Limits) -> Sets, attach: fn(&'static Core<M>)) -> &'static Core<M> {
        // Others wait until it is attached: no update can end before a snapshot would find it.
        self.core.get_or_init(|| {
            let declaration = Declaration::at(self.name, self.help, self.place);
            let core = leak(Core::new(declaration, self.options, sets(self.limits)));
            attach(core);
            core
        })
    }

    /// What was made of it; made now, and left to the caller's registry to read, where it was not.
    pub(super) fn core_to_register(&self, sets: impl FnOnce(Limits) -> Sets) -> &'static Core<M> {
        self.make(sets, |core| core.declaration().leave_to_registry())
    }

    /// The same, of what was made already.
    pub(super) fn of_core(&self, core: &'static Core<M>) -> Self {
        let Plan { name, help, place, options, limits, .. } = *self;
        Plan { name, help, place, options, limits, core: OnceLock::from(core) }
    }
}
