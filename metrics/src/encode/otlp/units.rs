//! Units by the Unified Code for Units of Measure.

use crate::snapshot::families::MetricKind;

/// Returns the code of the unit that the name of a family ends in.
///
/// Prometheus maps it back to the word, and appends this to the name only if the name does not contain it as a word. The code `1` has no
/// word, but the name of a gauge then gets the suffix `ratio`, and loses that word everywhere else: if it is elsewhere too, the unit
/// must be an annotation, which Prometheus ignores.
pub(super) fn code_of(name: &str, kind: MetricKind, unit: &'static str) -> &'static str {
    match unit {
        "seconds" => "s",
        "bytes" => "By",
        "celsius" => "Cel",
        "meters" => "m",
        "grams" => "g",
        "joules" => "J",
        "volts" => "V",
        "amperes" => "A",
        "ratio" if kind != MetricKind::Gauge || is_once("ratio", name) => "1",
        "ratio" => "{ratio}",
        unit => unit,
    }
}

/// Returns whether a name contains a word once.
fn is_once(word: &str, name: &str) -> bool {
    name.split('_').filter(|part| *part == word).count() == 1
}

#[cfg(test)]
mod tests {
    use super::code_of;
    use crate::snapshot::families::MetricKind;

    #[test]
    fn a_ratio_is_the_unit_1_unless_this_changes_the_name() {
        for (name, kind, code) in [
            ("hit_ratio", MetricKind::Gauge, "1"),
            ("ratio_of_hit_ratio", MetricKind::Gauge, "{ratio}"),
            ("ratio_of_hit_ratio", MetricKind::Histogram, "1"),
            ("ratios_ratio", MetricKind::Gauge, "1"),
        ] {
            assert_eq!(code_of(name, kind, "ratio"), code, "{name}");
        }
    }
}
