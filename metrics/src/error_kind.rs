//! Error kinds: the `ErrorKind` trait, and its implementations for errors of the standard library.

use std::convert::Infallible;
use std::io::ErrorKind as IoErrorKind;
use std::num::{IntErrorKind, ParseFloatError, ParseIntError};
use std::str::{ParseBoolError, Utf8Error};
use std::string::FromUtf8Error;
use std::sync::Arc;
use std::{fmt, io};

/// An error with a kind, of which there are few: the label `error_kind` of `function_errors_total`.
///
/// Usually [derived](derive@crate::ErrorKind). Functions that return such an error need nothing more than their annotation. An
/// implementation by hand looks like this:
///
/// ```
/// use tachometer::{ErrorKind, instrumented};
///
/// struct Status(u16);
///
/// impl ErrorKind for Status {
///     fn kinds(visit: &mut dyn FnMut(&'static str)) {
///         visit("client");
///         visit("server");
///     }
///
///     fn error_kind(&self) -> &'static str {
///         if self.0 < 500 { "client" } else { "server" }
///     }
/// }
///
/// #[instrumented]
/// fn request(status: u16) -> Result<(), Status> {
///     Err(Status(status))
/// }
///
/// fn main() {
///     let _ = request(404);
///     let snapshot = tachometer::snapshot();
///     let kinds = &snapshot.function("request").unwrap().error_kinds;
///     assert_eq!(*kinds, [("client".into(), 1), ("server".into(), 0)]);
/// }
/// ```
pub trait ErrorKind {
    /// Calls `visit` with the kinds that are shown at zero before the first error. Other kinds are shown from their first error
    /// on.
    ///
    /// The errors of the standard library visit no kinds: an `io::Error` has 39, of which a function returns two or three.
    fn kinds(visit: &mut dyn FnMut(&'static str));

    /// Returns the kind of this error.
    fn error_kind(&self) -> &'static str;
}

/// Implements `ErrorKind` for types with a single kind. It is shown from its first error on, as are all kinds of errors of the
/// standard library.
macro_rules! one_kind {
    ($($error:ty => $kind:literal,)*) => { $(
        impl ErrorKind for $error {
            fn kinds(_: &mut dyn FnMut(&'static str)) {}

            fn error_kind(&self) -> &'static str {
                $kind
            }
        }
    )* };
}

one_kind! {
    fmt::Error => "fmt_error",
    ParseFloatError => "parse_float_error",
    ParseBoolError => "parse_bool_error",
    Utf8Error => "utf8_error",
    FromUtf8Error => "from_utf8_error",
}

/// Implements `ErrorKind` for types with a non-exhaustive enum of kinds; `other` is any newer kind.
macro_rules! kinds_of_an_enum {
    ($error:ty: $kinds:ident { $($variant:ident => $kind:literal,)* }) => {
        impl ErrorKind for $error {
            // None: for each function that returns such an error, most of its series would be at zero.
            fn kinds(_: &mut dyn FnMut(&'static str)) {}

            fn error_kind(&self) -> &'static str {
                match self.kind() {
                    $($kinds::$variant => $kind,)*
                    _ => "other",
                }
            }
        }
    };
}

kinds_of_an_enum!(ParseIntError: IntErrorKind {
    Empty => "empty",
    InvalidDigit => "invalid_digit",
    PosOverflow => "pos_overflow",
    NegOverflow => "neg_overflow",
    Zero => "zero",
});

kinds_of_an_enum!(io::Error: IoErrorKind {
    NotFound => "not_found",
    PermissionDenied => "permission_denied",
    ConnectionRefused => "connection_refused",
    ConnectionReset => "connection_reset",
    HostUnreachable => "host_unreachable",
    NetworkUnreachable => "network_unreachable",
    ConnectionAborted => "connection_aborted",
    NotConnected => "not_connected",
    AddrInUse => "addr_in_use",
    AddrNotAvailable => "addr_not_available",
    NetworkDown => "network_down",
    BrokenPipe => "broken_pipe",
    AlreadyExists => "already_exists",
    WouldBlock => "would_block",
    NotADirectory => "not_a_directory",
    IsADirectory => "is_a_directory",
    DirectoryNotEmpty => "directory_not_empty",
    ReadOnlyFilesystem => "read_only_filesystem",
    StaleNetworkFileHandle => "stale_network_file_handle",
    InvalidInput => "invalid_input",
    InvalidData => "invalid_data",
    TimedOut => "timed_out",
    WriteZero => "write_zero",
    StorageFull => "storage_full",
    NotSeekable => "not_seekable",
    QuotaExceeded => "quota_exceeded",
    FileTooLarge => "file_too_large",
    ResourceBusy => "resource_busy",
    ExecutableFileBusy => "executable_file_busy",
    Deadlock => "deadlock",
    CrossesDevices => "crosses_devices",
    TooManyLinks => "too_many_links",
    InvalidFilename => "invalid_filename",
    ArgumentListTooLong => "argument_list_too_long",
    Interrupted => "interrupted",
    Unsupported => "unsupported",
    UnexpectedEof => "unexpected_eof",
    OutOfMemory => "out_of_memory",
});

impl ErrorKind for Infallible {
    fn kinds(_: &mut dyn FnMut(&'static str)) {}

    fn error_kind(&self) -> &'static str {
        match *self {}
    }
}

/// Implements `ErrorKind` for pointers to an error.
macro_rules! kinds_of_pointers {
    ($($pointer:ty)*) => { $(
        impl<E: ErrorKind> ErrorKind for $pointer {
            fn kinds(visit: &mut dyn FnMut(&'static str)) {
                E::kinds(visit);
            }

            fn error_kind(&self) -> &'static str {
                E::error_kind(self)
            }
        }
    )* };
}

kinds_of_pointers!(&E Box<E> Arc<E>);
