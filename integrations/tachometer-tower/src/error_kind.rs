//! The kinds of errors that a service returns instead of a response.

/// Tells the kind of an error that a service returned instead of a response: the value of the label `error_type`.
///
/// Set by [`HttpMetricsLayer::error_kind`](crate::HttpMetricsLayer::error_kind) and
/// [`HttpClientMetricsLayer::error_kind`](crate::HttpClientMetricsLayer::error_kind).
pub trait ClassifyError<E> {
    /// Returns the kind. There should be few.
    fn kind(&self, error: &E) -> &'static str;
}

/// Does not tell errors apart: the kind of each is `_OTHER`.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnyError;

impl<E> ClassifyError<E> for AnyError {
    fn kind(&self, _: &E) -> &'static str {
        "_OTHER"
    }
}

/// Tells errors apart by a function.
#[derive(Clone, Copy)]
pub struct ErrorKindBy<F>(pub(crate) F);

impl<E, F: Fn(&E) -> &'static str> ClassifyError<E> for ErrorKindBy<F> {
    fn kind(&self, error: &E) -> &'static str {
        (self.0)(error)
    }
}

impl<F> std::fmt::Debug for ErrorKindBy<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ErrorKindBy").finish_non_exhaustive()
    }
}
