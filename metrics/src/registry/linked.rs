//! Functions and metrics that the linker found.

use crate::function::Function;
use crate::link_section;
use crate::sync::unmodelled::OnceLock;

/// Attaches each function and each metric in a `static` that is linked in to its registry, once.
///
/// Evaluates the `registry = …` of functions, which is code of the program's: no lock may be held. If that takes a snapshot, this
/// is called again before it has ended; attaching is idempotent.
pub(super) fn attach_linked() {
    static ARE_ATTACHED: OnceLock<()> = OnceLock::new();
    if ARE_ATTACHED.get().is_some() {
        return;
    }
    link_section::metrics().for_each(|metric| metric.declaration().attach(metric));
    link_section::functions().for_each(Function::attach);
    // Not `get_or_init`: a nested call would wait for itself.
    let _ = ARE_ATTACHED.set(());
}
