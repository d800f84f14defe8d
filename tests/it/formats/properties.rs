//! Any snapshot, written and read again.

use super::random::{expected, snapshots};
use super::reader::{Family, read};
use super::{FORMATS, encode};
use proptest::prelude::*;
use std::collections::BTreeSet;
use tachometer::Format;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_snapshot_is_read_back_equal(random in snapshots()) {
        for format in [Format::Prometheus, Format::OpenMetrics] {
            let text = encode(&random.snapshot, format);
            prop_assert_eq!(read(format, &text), expected(&random, format), "{:?}: {}", format, text);
        }
    }

    #[test]
    fn times_of_creation_are_added_and_nothing_else(random in snapshots()) {
        let format = Format::OpenMetricsWithCreated;
        let mut families = read(format, &encode(&random.snapshot, format));
        let mut created = BTreeSet::new();
        for family in &mut families {
            let times = take_created(family);
            let label_sets: BTreeSet<_> = family.samples.iter().map(own_labels).collect();
            let has_created = matches!(family.kind.as_str(), "counter" | "histogram");
            prop_assert_eq!(times.len(), if has_created { label_sets.len() } else { 0 }, "{}", family.name);
            created.extend(times);
        }
        prop_assert!(created.len() <= 1, "one registry was made at one time: {:?}", created);
        prop_assert_eq!(families, expected(&random, Format::OpenMetrics));
    }

    #[test]
    fn what_stands_in_the_buffer_stays(random in snapshots(), before in ".{0,5}") {
        for format in FORMATS {
            let mut text = before.clone();
            random.snapshot.encode(format, &mut text);
            prop_assert_eq!(text, format!("{before}{}", encode(&random.snapshot, format)));
        }
    }
}

/// Takes out the `_created` samples of counters and histograms, and returns their values.
fn take_created(family: &mut Family) -> Vec<String> {
    let created = format!("{}_created", family.name);
    let (times, samples) = family.samples.drain(..).partition(|sample| sample.name == created);
    family.samples = samples;
    let times: Vec<super::reader::Sample> = times;
    times.into_iter().map(|sample| sample.value).collect()
}

fn own_labels(sample: &super::reader::Sample) -> Vec<(String, String)> {
    sample.labels.iter().filter(|(name, _)| name != "le").cloned().collect()
}
