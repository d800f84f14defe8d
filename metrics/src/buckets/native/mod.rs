//! Native buckets: the exponential buckets of Prometheus' native histograms, and the cells that they consist of.

mod counts;
mod scale;

pub(crate) use counts::NativeCounts;
pub(crate) use scale::{INTEGERS, NONE, NativeCell, NativeScale, SECONDS};
