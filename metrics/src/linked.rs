//! The instrumented functions that are linked into the program, found without a call.
//!
//! Each annotation puts an entry for its function into a section of the object file; the linker lays the sections of all
//! object files side by side, and gives their begin and end a name. So nothing needs to run before `main`.
//!
//! This is how it works where object files are ELF. Elsewhere functions are known from their first call on.

use crate::function::Function;

/// A function in the section.
///
/// Two copies of this library in one program put theirs into one section, so the form is to stay as it is, and whose
/// function it is comes first.
#[derive(Debug)]
#[repr(C)]
pub struct Linked {
    owner: *const u8,
    function: *const u8,
}

/// Each copy of this library has one, at an address of its own.
static OWNER: u8 = 0;

// SAFETY: two addresses that never change, of a `static` and of a `&'static Function`, which is `Sync`.
unsafe impl Sync for Linked {}

impl Linked {
    /// An entry for `function`.
    #[must_use]
    pub const fn new(function: &'static Function) -> Self {
        Linked { owner: &raw const OWNER, function: std::ptr::from_ref(function).cast() }
    }

    #[cfg(all(target_os = "linux", not(miri)))]
    fn own(&self) -> Option<&'static Function> {
        // SAFETY: made by `new` of this copy, from a `&'static Function`.
        std::ptr::eq(self.owner, &raw const OWNER).then(|| unsafe { &*self.function.cast() })
    }
}

/// Puts the function of a call site into the section.
///
/// A macro of this library, so that a crate that forbids unsafe code may use it: naming a section counts as such.
#[cfg(all(target_os = "linux", not(miri)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __link {
    ($site:ident) => {
        const _: () = {
            #[used]
            // SAFETY: the section holds nothing but entries of this form.
            #[unsafe(link_section = "tachometer_functions")]
            static LINKED: $crate::__private::Linked = $crate::__private::Linked::new($site.function());
        };
    };
}

/// Nothing to be done here.
#[cfg(not(all(target_os = "linux", not(miri))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __link {
    ($site:ident) => {};
}

/// All functions that are linked in.
#[cfg(all(target_os = "linux", not(miri)))]
pub(crate) fn all() -> impl Iterator<Item = &'static Function> {
    /// Without it the linker would not know the section in a program without an annotation.
    #[used]
    // SAFETY: adds nothing to the section.
    #[unsafe(link_section = "tachometer_functions")]
    static NONE: [Linked; 0] = [];

    // SAFETY: these are what linkers call the begin and the end of a section with this name.
    unsafe extern "C" {
        #[link_name = "__start_tachometer_functions"]
        static BEGIN: [Linked; 0];
        #[link_name = "__stop_tachometer_functions"]
        static END: [Linked; 0];
    }

    // SAFETY: between the two lie the `LINKED` of all annotations, one behind the other, and nothing else. They are never
    // written, and an entry of any copy of this library is two addresses.
    let section: &'static [Linked] = unsafe {
        let (begin, end) = ((&raw const BEGIN).cast::<Linked>(), (&raw const END).cast::<Linked>());
        std::slice::from_raw_parts(begin, end.offset_from_unsigned(begin))
    };
    section.iter().filter_map(Linked::own)
}

#[cfg(not(all(target_os = "linux", not(miri))))]
pub(crate) fn all() -> impl Iterator<Item = &'static Function> {
    std::iter::empty()
}
