//! Attachment of the functions and metrics that the linker found.

use crate::function::Function;
use crate::link_section;
use crate::sync::unmodelled::OnceLock;

/// Attaches all linked functions and all linked metrics in `static`s to their registries, once.
///
/// Evaluates the `registry = …` of functions, which is code of the program, so the caller must hold no lock. If that code takes a
/// snapshot, this function is called re-entrantly; attaching is idempotent.
pub(super) fn attach_linked() {
    static ARE_ATTACHED: OnceLock<()> = OnceLock::new();
    if ARE_ATTACHED.get().is_some() {
        return;
    }
    link_section::metrics().for_each(|metric| metric.declaration().attach(metric));
    link_section::functions().for_each(Function::attach);
    // Not `get_or_init`: a re-entrant call would wait for itself.
    let _ = ARE_ATTACHED.set(());
}
