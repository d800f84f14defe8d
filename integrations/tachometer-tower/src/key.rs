//! What a request ended with, as one number.

use crate::method::KnownMethod;
use crate::names::Name;

/// The labels of a series, without their text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SeriesKey(u64);

/// Why a request failed, if it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ErrorType(u8);

impl ErrorType {
    pub(crate) const NONE: Self = ErrorType(0);
    /// The status code, as text.
    pub(crate) const STATUS: Self = ErrorType(1);
    /// The name of the status of gRPC.
    pub(crate) const GRPC: Self = ErrorType(2);
    pub(crate) const CANCELLED: Self = ErrorType(3);
    pub(crate) const PANIC: Self = ErrorType(4);
    pub(crate) const OTHER: Self = ErrorType(5);
    const FIRST_KIND: u8 = 6;
    /// The number of kinds that a program may name.
    pub(crate) const KINDS: usize = 200;

    /// Returns the type that stands for the kind at `index` of those that the program has named.
    pub(crate) fn kind(index: usize) -> Self {
        u8::try_from(index).map_or(Self::OTHER, |index| ErrorType(Self::FIRST_KIND + index))
    }

    /// Returns the index of the kind, if it is one.
    pub(crate) fn kind_index(self) -> Option<usize> {
        self.0.checked_sub(Self::FIRST_KIND).map(usize::from)
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    /// The status code; zero if there was no response.
    pub(crate) status: u16,
    pub(crate) error: ErrorType,
    pub(crate) grpc: Option<u8>,
}

impl SeriesKey {
    #[inline]
    pub(crate) fn new(name: &Name, method: KnownMethod, end: End) -> Self {
        let grpc = end.grpc.map_or(0, |code| u64::from(code) + 1);
        let method = method.index() as u64;
        SeriesKey(
            u64::from(name.index) << 32
                | method << 28
                | grpc << 20
                | u64::from(end.error.0) << 12
                | u64::from(end.status) & 0xFFF,
        )
    }

    #[inline]
    pub(crate) fn hash(self) -> u64 {
        self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}
