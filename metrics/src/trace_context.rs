//! The identity of a span in a distributed trace.

use std::fmt;

/// A span of a distributed trace, by its identifiers as [W3C Trace Context](https://www.w3.org/TR/trace-context/) defines them.
///
/// ```
/// use tachometer::TraceContext;
///
/// let context = TraceContext { trace_id: [0x4b; 16], span_id: [0xf0; 8] };
/// assert_eq!(context.to_string(), "4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b-f0f0f0f0f0f0f0f0");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceContext {
    /// The identifier of the trace, the most significant byte first.
    pub trace_id: [u8; 16],
    /// The identifier of the span, the most significant byte first.
    pub span_id: [u8; 8],
}

impl TraceContext {
    /// Returns the identifier of the trace as 32 hexadecimal digits.
    pub(crate) fn trace_id_text(&self) -> impl fmt::Display {
        Hex(self.trace_id)
    }

    /// Returns the identifier of the span as 16 hexadecimal digits.
    pub(crate) fn span_id_text(&self) -> impl fmt::Display {
        Hex(self.span_id)
    }
}

/// Writes both identifiers as hexadecimal digits: `trace-span`.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.trace_id_text(), self.span_id_text())
    }
}

/// Bytes as two hexadecimal digits each.
struct Hex<const N: usize>([u8; N]);

impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
