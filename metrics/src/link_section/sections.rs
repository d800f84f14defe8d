//! Sections that the linker collects: ELF and Mach-O.
//!
//! The linker concatenates the sections of all object files, and defines symbols for the beginning and the end. So no code runs
//! before `main`. On Mach-O, `no_dead_strip` keeps entries that nothing refers to; a section name there has at most 16 bytes.

#![expect(unsafe_code, reason = "names sections of the object file, and reads them")]

use crate::function::Function;
use crate::metric::Declared;

/// Whether all functions and metrics that are linked into the same file as this library are found before their first use. If
/// this library is in a `dylib`, those of the executable are in another file and are known after their first use.
pub(crate) const FINDS_ALL: bool = true;

/// A section entry for a function.
///
/// Two copies of this library in one program share the section. So the layout must not change between versions, and the owner
/// comes first.
#[derive(Debug)]
#[repr(C)]
pub struct Linked {
    owner: *const u8,
    function: *const u8,
}

/// Identifies this copy of the library by its address.
static OWNER: u8 = 0;

// SAFETY: the fields are two addresses that never change: of a `static`, and of a `&'static Function`, which is `Sync`.
unsafe impl Sync for Linked {}

impl Linked {
    /// Creates an entry for `function`.
    #[must_use]
    pub const fn new(function: &'static Function) -> Self {
        Linked { owner: &raw const OWNER, function: std::ptr::from_ref(function).cast() }
    }

    /// Returns the function if the entry belongs to this copy of the library.
    fn function(&self) -> Option<&'static Function> {
        // SAFETY: the owner proves that `new` of this copy has created the entry, from a `&'static Function`.
        std::ptr::eq(self.owner, &raw const OWNER).then(|| unsafe { &*self.function.cast() })
    }
}

/// Puts the function of a call site into the section.
///
/// It is a macro of this library because naming a section counts as unsafe code: so crates that forbid unsafe code may use it.
#[doc(hidden)]
#[macro_export]
macro_rules! __link {
    ($site:ident) => {
        const _: () = {
            #[used]
            // SAFETY: the section holds nothing but entries of this layout.
            #[cfg_attr(
                target_vendor = "apple",
                unsafe(link_section = "__DATA,tach_fns,regular,no_dead_strip")
            )]
            #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = "tachometer_functions"))]
            static LINKED: $crate::__private::Linked = $crate::__private::Linked::new($site.function());
        };
    };
}

/// A section entry for a metric. As for [`Linked`], the layout must not change between versions.
#[derive(Debug)]
#[repr(C)]
pub struct LinkedMetric {
    owner: *const u8,
    metric: fn() -> &'static dyn Declared,
}

// SAFETY: the fields are an address that never changes, and a function.
unsafe impl Sync for LinkedMetric {}

impl LinkedMetric {
    /// Creates an entry for the metric that `metric` returns.
    #[must_use]
    pub const fn new(metric: fn() -> &'static dyn Declared) -> Self {
        LinkedMetric { owner: &raw const OWNER, metric }
    }

    /// Returns the metric if the entry belongs to this copy of the library.
    fn metric(&self) -> Option<&'static dyn Declared> {
        // The function of another copy of this library would return a metric of that copy.
        std::ptr::eq(self.owner, &raw const OWNER).then(|| (self.metric)())
    }
}

/// Puts a metric into its section, as `__link` does for functions.
#[doc(hidden)]
#[macro_export]
macro_rules! __link_metric {
    ($metric:ident) => {
        const _: () = {
            #[used]
            // SAFETY: the section holds nothing but entries of this layout.
            #[cfg_attr(
                target_vendor = "apple",
                unsafe(link_section = "__DATA,tach_metrics,regular,no_dead_strip")
            )]
            #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = "tachometer_metrics"))]
            static LINKED: $crate::__private::LinkedMetric =
                $crate::__private::LinkedMetric::new(|| $crate::__private::Declare::declared(&$metric));
        };
    };
}

/// Returns all entries of a section, which are of type `$entry`.
macro_rules! section {
    ($entry:ty, elf $elf:literal, apple $apple:literal) => {{
        /// Makes the section exist in a program without entries; an ELF linker defines no symbols for it otherwise. (On Mach-O a
        /// static without a size takes a byte, which would be no entry; the symbols are always defined.)
        #[cfg(not(target_vendor = "apple"))]
        #[used]
        // SAFETY: adds nothing to the section.
        #[unsafe(link_section = $elf)]
        static NONE: [$entry; 0] = [];

        // SAFETY: linkers define these symbols for the beginning and the end of a section with this name.
        unsafe extern "C" {
            #[cfg_attr(target_vendor = "apple", link_name = concat!("\x01section$start$__DATA$", $apple))]
            #[cfg_attr(not(target_vendor = "apple"), link_name = concat!("__start_", $elf))]
            static BEGIN: [u8; 0];
            #[cfg_attr(target_vendor = "apple", link_name = concat!("\x01section$end$__DATA$", $apple))]
            #[cfg_attr(not(target_vendor = "apple"), link_name = concat!("__stop_", $elf))]
            static END: [u8; 0];
        }

        // SAFETY: between the two symbols are the entries of all object files, contiguous, and nothing else. They are never
        // written, and those of every copy of this library have this layout.
        let section: &'static [$entry] = unsafe {
            let (begin, end) = ((&raw const BEGIN).cast::<$entry>(), (&raw const END).cast::<$entry>());
            std::slice::from_raw_parts(begin, end.offset_from_unsigned(begin))
        };
        section
    }};
}

/// Returns the linked functions of this copy of the library.
pub(crate) fn functions() -> impl Iterator<Item = &'static Function> {
    section!(Linked, elf "tachometer_functions", apple "tach_fns").iter().filter_map(Linked::function)
}

/// Returns the linked metrics of this copy of the library.
pub(crate) fn metrics() -> impl Iterator<Item = &'static dyn Declared> {
    section!(LinkedMetric, elf "tachometer_metrics", apple "tach_metrics")
        .iter()
        .filter_map(LinkedMetric::metric)
}
