//! The instrumented functions, and the metrics in `static`s, that are linked into the program, found without a call.
//!
//! Each annotation puts an entry for its function into a section of the object file, and `metrics!` for its metrics into
//! another; the linker lays the sections of all object files side by side, and gives their begin and end a name. So nothing
//! needs to run before `main`.
//!
//! This is how it works where object files are ELF. Elsewhere functions and metrics are known from their first use on.

#![allow(unsafe_code, reason = "names sections of the object file, and reads what the linker lays there")]

use crate::function::Function;
use crate::metric::Declared;

/// Whether all are found that are linked into the same file as this library, also those that have not been used yet. In a
/// program that has this library in a `dylib`, those of the executable are in another file, and known from their first use on.
pub(crate) const FINDS_ALL: bool = cfg!(all(target_os = "linux", not(miri)));

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

/// A metric in the section of metrics. As [`Linked`]: the form is to stay as it is.
#[derive(Debug)]
#[repr(C)]
pub struct LinkedMetric {
    owner: *const u8,
    metric: fn() -> &'static dyn Declared,
}

// SAFETY: an address that never changes, and a function.
unsafe impl Sync for LinkedMetric {}

impl LinkedMetric {
    /// An entry for the metric that the function says.
    #[must_use]
    pub const fn new(metric: fn() -> &'static dyn Declared) -> Self {
        LinkedMetric { owner: &raw const OWNER, metric }
    }

    #[cfg(all(target_os = "linux", not(miri)))]
    fn own(&self) -> Option<&'static dyn Declared> {
        // The function of another copy of this library would return a metric of that copy.
        std::ptr::eq(self.owner, &raw const OWNER).then(|| (self.metric)())
    }
}

/// Puts a metric into its section, as `__link` does with functions.
#[cfg(all(target_os = "linux", not(miri)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __link_metric {
    ($metric:ident) => {
        const _: () = {
            #[used]
            // SAFETY: the section holds nothing but entries of this form.
            #[unsafe(link_section = "tachometer_metrics")]
            static LINKED: $crate::__private::LinkedMetric =
                $crate::__private::LinkedMetric::new(|| $crate::__private::Declare::declared(&$metric));
        };
    };
}

/// Nothing to be done here.
#[cfg(not(all(target_os = "linux", not(miri))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __link_metric {
    ($metric:ident) => {};
}

/// All of one section, whose entries are of this type and whose name is this.
#[cfg(all(target_os = "linux", not(miri)))]
macro_rules! section {
    ($entry:ty, $name:literal) => {{
        /// Without it the linker would not know the section in a program that puts nothing there.
        #[used]
        // SAFETY: adds nothing to the section.
        #[unsafe(link_section = $name)]
        static NONE: [$entry; 0] = [];

        // SAFETY: these are what linkers call the begin and the end of a section with this name.
        unsafe extern "C" {
            #[link_name = concat!("__start_", $name)]
            static BEGIN: [u8; 0];
            #[link_name = concat!("__stop_", $name)]
            static END: [u8; 0];
        }

        // SAFETY: between the two lie the entries of all object files, one behind the other, and nothing else. They are never
        // written, and those of any copy of this library have this form.
        let section: &'static [$entry] = unsafe {
            let (begin, end) = ((&raw const BEGIN).cast::<$entry>(), (&raw const END).cast::<$entry>());
            std::slice::from_raw_parts(begin, end.offset_from_unsigned(begin))
        };
        section
    }};
}

/// All functions that are linked in.
#[cfg(all(target_os = "linux", not(miri)))]
pub(crate) fn all() -> impl Iterator<Item = &'static Function> {
    section!(Linked, "tachometer_functions").iter().filter_map(Linked::own)
}

/// All metrics in `static`s that are linked in.
#[cfg(all(target_os = "linux", not(miri)))]
pub(crate) fn metrics() -> impl Iterator<Item = &'static dyn Declared> {
    section!(LinkedMetric, "tachometer_metrics").iter().filter_map(LinkedMetric::own)
}

#[cfg(not(all(target_os = "linux", not(miri))))]
pub(crate) fn all() -> impl Iterator<Item = &'static Function> {
    std::iter::empty()
}

#[cfg(not(all(target_os = "linux", not(miri))))]
pub(crate) fn metrics() -> impl Iterator<Item = &'static dyn Declared> {
    std::iter::empty()
}
