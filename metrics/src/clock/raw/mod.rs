//! The processor's counter, and whether it is a clock.
//!
//! | processor | system | trusted if |
//! | --- | --- | --- |
//! | x86-64 | Linux, Android | the kernel keeps time by it |
//! | x86-64 | Windows | it is invariant, and the system keeps time by it |
//! | aarch64 | Linux, Android | the kernel keeps time by it |
//! | aarch64 | Apple's | always |
//!
//! On other platforms no counter is known to be as reliable as the system's clock.

#[cfg_attr(
    all(
        not(miri),
        target_arch = "aarch64",
        any(target_os = "linux", target_os = "android", target_vendor = "apple")
    ),
    path = "aarch64.rs"
)]
#[cfg_attr(
    all(
        not(miri),
        target_arch = "x86_64",
        any(target_os = "linux", target_os = "android", target_os = "windows")
    ),
    path = "x86_64.rs"
)]
mod counter;
#[cfg(all(
    not(miri),
    any(target_arch = "aarch64", target_arch = "x86_64"),
    any(target_os = "linux", target_os = "android")
))]
mod linux;
#[cfg(windows)]
mod qpc;

pub(super) use counter::{FREQUENCIES, NAME, TICK_BITS, frequency, is_trusted, read};
#[cfg(windows)]
pub(super) use qpc::frequency as qpc_frequency;
