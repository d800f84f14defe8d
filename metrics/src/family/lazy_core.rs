//! The lazily created state of a family.

use super::core::{Core, Schema};
use super::limits::Limits;
use crate::metric::kind::Kind;
use crate::metric::{Declaration, Declared};
use crate::sync::leak;
use crate::sync::unmodelled::OnceLock;
use std::panic::Location;

/// The declaration of a family, and its [`Core`] after the first use.
#[derive(Debug)]
pub(super) struct LazyCore<M: Kind> {
    pub(super) name: &'static str,
    help: &'static str,
    place: &'static Location<'static>,
    pub(super) options: M::Options,
    pub(super) limits: Limits,
    /// Set at the first use.
    core: OnceLock<&'static Core<M>>,
}

impl<M: Kind> LazyCore<M> {
    #[track_caller]
    pub(super) const fn new(name: &'static str, help: &'static str, options: M::Options) -> Self {
        Declaration::check_name(name);
        LazyCore {
            name,
            help,
            place: Location::caller(),
            options,
            limits: Limits::DEFAULT,
            core: OnceLock::new(),
        }
    }

    /// Returns the core. At the first use, creates it and attaches it to the global registry.
    #[inline]
    pub(super) fn get_or_attach(&self, schema: impl FnOnce(Limits) -> Schema) -> &'static Core<M> {
        self.core
            .get()
            .copied()
            .unwrap_or_else(|| self.get_or_init(schema, |core| core.declaration().attach(core)))
    }

    #[cold]
    fn get_or_init(
        &self,
        schema: impl FnOnce(Limits) -> Schema,
        attach: fn(&'static Core<M>),
    ) -> &'static Core<M> {
        // Other threads wait until it is attached. So no update ends before a snapshot can find the family.
        self.core.get_or_init(|| {
            let declaration = Declaration::at(self.name, self.help, self.place);
            let core = leak(Core::new(declaration, self.options, schema(self.limits)));
            attach(core);
            core
        })
    }

    /// Returns the core. At the first use, creates it and leaves it to the caller's registry.
    pub(super) fn get_or_init_unattached(&self, schema: impl FnOnce(Limits) -> Schema) -> &'static Core<M> {
        self.get_or_init(schema, |core| core.declaration().leave_to_registry())
    }

    /// Returns the same declaration with a core that exists already.
    pub(super) fn with_core(&self, core: &'static Core<M>) -> Self {
        let LazyCore { name, help, place, options, limits, .. } = *self;
        LazyCore { name, help, place, options, limits, core: OnceLock::from(core) }
    }
}
