//! The bounds of one histogram after the other, which are usually the same.

use crate::snapshot::families::Distribution;

/// The bounds of the last histogram that was encoded.
#[derive(Default)]
pub(super) struct LastBounds {
    /// As they were recorded.
    recorded: Vec<u64>,
    is_of_time: bool,
}

impl LastBounds {
    /// Returns the bounds of a histogram, unless they are those of the last one. In place of a recorded bound that is not printed, because the
    /// next one is equal as a float, there is `None`.
    #[inline]
    pub(super) fn if_changed(&mut self, distribution: &Distribution<'_>) -> Option<Vec<Option<f64>>> {
        let is_same = distribution.recorded().boundaries == self.recorded
            && distribution.is_of_time() == self.is_of_time;
        (!is_same).then(|| self.set(distribution))
    }

    #[cold]
    fn set(&mut self, distribution: &Distribution<'_>) -> Vec<Option<f64>> {
        self.recorded.clone_from(&distribution.recorded().boundaries);
        self.is_of_time = distribution.is_of_time();
        let bounds: Vec<f64> = distribution.upper_bounds().collect();
        let next = bounds.iter().skip(1).map(Some).chain([None]);
        bounds.iter().zip(next).map(|(bound, next)| (next != Some(bound)).then_some(*bound)).collect()
    }
}
