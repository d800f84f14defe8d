//! Sampling rates by which a daemon counts one value exactly as many times as wanted.
//!
//! A daemon divides: a value with the rate `r` counts 1/r times. The quotient is a float, which is not always the count: 1/(1/93) is less
//! than 93, and the Datadog agent, which rounds down, counts 92. For most counts a float beside 1/n has the right inverse. For the others
//! there is none, so they are sent in two parts.

/// Calls `take` with the parts of `count`, and with the rate of each, whose inverse as a float is the part.
pub(super) fn each_exact_part(count: u64, mut take: impl FnMut(u64, f64)) {
    let mut rest = count;
    while rest > 0 {
        let mut part = rest.min(LARGEST_PART);
        let rate = loop {
            match exact_rate(part) {
                Some(rate) => break rate,
                // Powers of two have one.
                None => part -= 1,
            }
        };
        take(part, rate);
        rest -= part;
    }
}

/// All smaller integers are floats.
const LARGEST_PART: u64 = 1 << 53;

fn exact_rate(count: u64) -> Option<f64> {
    let count = count as f64;
    let near = count.recip();
    [near, near.next_up(), near.next_down()].into_iter().find(|rate| (rate.recip() - count) == 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(count: u64) {
        let mut lines = 0;
        let mut sum = 0;
        each_exact_part(count, |part, rate| {
            lines += 1;
            sum += part;
            let read: f64 = format!("{rate}").parse().unwrap();
            assert_eq!(read.recip().to_bits(), (part as f64).to_bits(), "{part} of {count}");
        });
        assert_eq!(sum, count);
        assert!(lines <= 3 || count > LARGEST_PART, "{count} takes {lines} lines");
    }

    #[test]
    fn a_daemon_counts_exactly_what_is_small() {
        (0..100_000).for_each(check);
        // The plain rate would not do.
        let count = std::hint::black_box(93.0_f64);
        assert!(count.recip().recip() < count);
    }

    proptest! {
        #[test]
        fn a_daemon_counts_exactly(count in any::<u64>(), bits in 0..64) {
            check(count >> bits);
        }
    }
}
