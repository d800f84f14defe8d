//! Link-time registration of instrumented functions and of metrics in `static`s.
//!
//! | object files | platforms | how the linked entries are found |
//! | --- | --- | --- |
//! | ELF | Linux, Android, FreeBSD, NetBSD, OpenBSD, Dragonfly BSD, Fuchsia | each annotation puts an entry into a section; the linker defines symbols for its beginning and end |
//! | Mach-O | macOS, iOS and Apple's other systems | the same, with other names |
//! | COFF | Windows | linkers drop sections that nothing refers to, so a constructor pushes a node, a `static`, onto a list |
//! | others | WebAssembly | not at all: functions and metrics are known after their first use |
//!
//! A constructor runs before `main`. It allocates nothing and reads nothing of the program: it links one node into a list.

#[cfg_attr(
    all(
        not(miri),
        any(
            target_os = "linux",
            target_os = "android",
            target_os = "freebsd",
            target_os = "netbsd",
            target_os = "openbsd",
            target_os = "dragonfly",
            target_os = "fuchsia",
            target_vendor = "apple"
        )
    ),
    path = "sections.rs"
)]
#[cfg_attr(all(not(miri), windows), path = "constructors.rs")]
mod platform;

pub(crate) use platform::{FINDS_ALL, functions, metrics};
pub use platform::{Linked, LinkedMetric};
