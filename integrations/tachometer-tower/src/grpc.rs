//! The status of a gRPC call, which is in headers or trailers.

use http::HeaderMap;

const CODES: [&str; 17] =
    ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16"];

const NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// The code of a status that is none.
const UNKNOWN: u8 = 2;

/// Returns the status in headers or trailers. What is no code counts as `UNKNOWN`, as clients treat it.
pub(crate) fn status(headers: &HeaderMap) -> Option<u8> {
    let value = headers.get("grpc-status")?;
    let code = CODES.iter().position(|code| value.as_bytes() == code.as_bytes());
    Some(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(UNKNOWN))
}

/// Returns the code as text.
pub(crate) fn code(code: u8) -> &'static str {
    CODES[usize::from(code)]
}

pub(crate) fn name(code: u8) -> &'static str {
    NAMES[usize::from(code)]
}

/// Returns whether the server is at fault, by OpenTelemetry's conventions.
pub(crate) fn is_server_error(code: u8) -> bool {
    matches!(
        name(code),
        "UNKNOWN" | "DEADLINE_EXCEEDED" | "UNIMPLEMENTED" | "INTERNAL" | "UNAVAILABLE" | "DATA_LOSS"
    )
}
