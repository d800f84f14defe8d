//! The resolution of a clock: the step of the times that it records.

/// Returns the step of a clock of this frequency, in hertz, as a label: `41.7ns`. It is at least `1ns`, since whole nanoseconds are
/// recorded.
pub(super) fn label(frequency: u64) -> String {
    let tenths = (10_000_000_000 + frequency / 2).checked_div(frequency).unwrap_or_default().max(10);
    match tenths % 10 {
        0 => format!("{}ns", tenths / 10),
        rest => format!("{}.{rest}ns", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn a_resolution_is_the_step_of_what_is_recorded() {
        let labels =
            [24_000_000, 62_500_000, 10_000_000, 54_000_000, 1_000_000_000, 3_000_000_000].map(label);
        assert_eq!(labels, ["41.7ns", "16ns", "100ns", "18.5ns", "1ns", "1ns"]);
    }
}
