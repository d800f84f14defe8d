use super::*;
use crate::buckets::native::{NativeCounts, SECONDS};
use crate::labels::SeriesLabels;
use crate::snapshot::{FamilySnapshot, HistogramSnapshot, SampleValue, SeriesSnapshot};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::SystemTime;

/// What a daemon holds after it has read lines.
#[derive(Debug, Default, PartialEq)]
struct Daemon {
    counters: BTreeMap<String, u64>,
    gauges: BTreeMap<String, i64>,
    /// How many times it counts each value of a series.
    values: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Daemon {
    fn read(&mut self, line: &str) {
        let (name, rest) = line.split_once(':').unwrap();
        let mut parts = rest.split('|');
        let (value, kind) = (parts.next().unwrap(), parts.next().unwrap());
        let (mut rate, mut tags) = (1.0, "");
        for part in parts {
            match part.split_at(1) {
                ("@", digits) => {
                    assert!(digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'), "{line}");
                    rate = digits.parse::<f64>().unwrap();
                }
                ("#", rest) => tags = rest,
                _ => panic!("{line}"),
            }
        }
        let series = if tags.is_empty() { name.to_owned() } else { format!("{name}#{tags}") };
        match kind {
            "c" => *self.counters.entry(series).or_default() += value.parse::<u64>().unwrap(),
            // The plain protocol's rule; DogStatsD only sets.
            "g" if value.starts_with('-') && self.gauges.get(&series).is_some_and(|_| tags.is_empty()) => {
                *self.gauges.get_mut(&series).unwrap() += value.parse::<i64>().unwrap();
            }
            "g" => _ = self.gauges.insert(series, value.parse().unwrap()),
            "ms" | "d" => {
                let times = rate.recip();
                assert!(times.fract() == 0.0, "{line} counts {times} times");
                let counts = self.values.entry(series).or_default();
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number")]
                let times = times as u64;
                *counts.entry(value.to_owned()).or_default() += times;
            }
            _ => panic!("{line}"),
        }
    }
}

fn lines(encoder: &mut StatsdEncoder, snapshot: &FullSnapshot, difference: &FullSnapshot) -> Vec<String> {
    let mut all = Vec::new();
    encoder.encode(snapshot, difference, |lines| all.extend(lines.lines().map(str::to_owned)));
    all
}

fn encoder(dialect: StatsdDialect) -> StatsdEncoder {
    StatsdEncoder::new(dialect, String::new(), Vec::new())
}

fn empty() -> FullSnapshot {
    FullSnapshot::empty(SystemTime::UNIX_EPOCH)
}

fn declared(kind: MetricKind, series: &[(&[(&str, &str)], SampleValue)]) -> FamilySnapshot {
    let series = series
        .iter()
        .map(|(labels, value)| SeriesSnapshot::new(SeriesLabels::new(labels.iter().copied()), value.clone()))
        .collect();
    FamilySnapshot { kind, series }
}

/// A snapshot of every kind.
fn all_kinds() -> FullSnapshot {
    let mut native = NativeCounts::new(&SECONDS);
    native.push(SECONDS.cell_of(1_000_000).unwrap(), 49);
    let times = HistogramSnapshot::new(&[1_000], vec![0, 49], 49_000_000).with_native(Some(native));
    let mut snapshot = empty();
    snapshot.counters.insert("jobs:done".into(), 7);
    snapshot.counters.insert("idle".into(), 0);
    snapshot.gauges.insert("level".into(), -5);
    snapshot.minmax.insert("size".into(), (3, 9));
    snapshot.histograms.insert("mail".into(), HistogramSnapshot::new(&[10, 20], vec![3, 0, 4], 99));
    let labels: &[(&str, &str)] = &[("path", "/a,b|c"), ("zone", "eu-west-1"), ("none", "")];
    snapshot.declared.insert(
        "wait_seconds".into(),
        declared(MetricKind::Histogram, &[(labels, SampleValue::Times(times))]),
    );
    snapshot.declared.insert(
        "load".into(),
        declared(
            MetricKind::Gauge,
            &[
                (&[("core", "0")], SampleValue::Quantity(-0.5)),
                (&[("core", "1")], SampleValue::Quantity(f64::NAN)),
                (&[("core", "2")], SampleValue::Quantity(-0.0)),
            ],
        ),
    );
    snapshot
        .declared
        .insert("spent_total".into(), declared(MetricKind::Counter, &[(&[], SampleValue::Sum(0.25))]));
    snapshot
}

#[test]
fn the_plain_protocol_has_labels_in_names_and_zeros_before_negative_gauges() {
    let snapshot = all_kinds();
    let mut encoder = StatsdEncoder::new(StatsdDialect::Plain, "shop.".into(), Vec::new());
    let wait = "shop.wait_seconds.path.-_2fa-_2cb-_7cc.zone.eu-west-1";
    assert_eq!(
        lines(&mut encoder, &snapshot, &snapshot),
        [
            "shop.jobs-_3adone:7|c".to_owned(),
            "shop.mail_latency_us:5|ms|@0.3333333333333333".to_owned(),
            "shop.mail_latency_us:20|ms|@0.25".to_owned(),
            "shop.spent_total:0.25|c".to_owned(),
            // 49 is not the inverse of a float.
            format!("{wait}:1.011289|ms|@0.020833333333333332"),
            format!("{wait}:1.011289|ms"),
            "shop.level:0|g".to_owned(),
            "shop.level:-5|g".to_owned(),
            "shop.load.core.0:0|g".to_owned(),
            "shop.load.core.0:-0.5|g".to_owned(),
            "shop.load.core.2:0|g".to_owned(),
            "shop.size_max:9|g".to_owned(),
            "shop.size_min:3|g".to_owned(),
        ]
    );
}

/// The lines are those that Datadog's own client for Python, 0.56, sends for the same values: see `.ci/statsd`.
#[test]
fn dogstatsd_has_tags_and_gauges_that_are_only_set() {
    let snapshot = all_kinds();
    let tags = vec![("env".to_owned(), "prod".to_owned()), ("core".to_owned(), "all".to_owned())];
    let mut encoder = StatsdEncoder::new(StatsdDialect::DogStatsd, "shop.".into(), tags);
    assert_eq!(
        lines(&mut encoder, &snapshot, &snapshot),
        [
            "shop.jobs.done:7|c|#env:prod,core:all",
            "shop.mail_latency_us:5|d|@0.3333333333333333|#env:prod,core:all",
            "shop.mail_latency_us:20|d|@0.25|#env:prod,core:all",
            "shop.spent_total:0.25|c|#env:prod,core:all",
            "shop.wait_seconds:0.001011289|d|@0.020833333333333332|#path:/a_b_c,zone:eu-west-1,env:prod,core:all",
            "shop.wait_seconds:0.001011289|d|#path:/a_b_c,zone:eu-west-1,env:prod,core:all",
            "shop.level:-5|g|#env:prod,core:all",
            "shop.load:-0.5|g|#core:0,env:prod",
            "shop.load:0|g|#core:2,env:prod",
            "shop.size_max:9|g|#env:prod,core:all",
            "shop.size_min:3|g|#env:prod,core:all",
        ]
    );
}

#[test]
fn encoding_reuses_its_memory() {
    let mut snapshot = empty();
    let series: Vec<_> = (0..10_000)
        .map(|index| {
            SeriesSnapshot::new(
                SeriesLabels::new([("index", format!("{index:05}").as_str())]),
                SampleValue::Count(index + 1),
            )
        })
        .collect();
    snapshot.declared.insert("jobs".into(), FamilySnapshot { kind: MetricKind::Counter, series });
    for dialect in [StatsdDialect::Plain, StatsdDialect::DogStatsd] {
        let mut encoder = encoder(dialect);
        let memory = |encoder: &StatsdEncoder| {
            [&encoder.head, &encoder.tail, &encoder.line].map(|text| (text.as_ptr(), text.capacity()))
        };
        let mut count = 0;
        encoder.encode(&snapshot, &snapshot, |_| count += 1);
        let before = memory(&encoder);
        encoder.encode(&snapshot, &snapshot, |_| count += 1);
        assert_eq!((count, memory(&encoder)), (20_000, before));
    }
}

fn values() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(
        any::<u64>().prop_flat_map(|value| (0..64_u32).prop_map(move |bits| value >> bits)),
        0..20,
    )
}

/// Two snapshots, of which the second is later.
fn snapshots() -> impl Strategy<Value = [FullSnapshot; 2]> {
    let counters = prop::collection::btree_map("[a-c]{1,2}", (0..1_u64 << 40, 0..1_u64 << 40), 0..4);
    let gauges = prop::collection::btree_map("[d-f]{1,2}", any::<i64>(), 0..4);
    let series = prop::collection::btree_map("[-.:a|,]{1,4}", (0..1_u64 << 40, 0..1_u64 << 40), 0..4);
    (counters, gauges, series, values(), values()).prop_map(|(counters, gauges, series, early, late)| {
        let mut both = [empty(), empty()];
        let histogram = |values: &[u64]| {
            let mut cells: Vec<_> = values.iter().copied().filter(|value| *value > 0).collect();
            cells.sort_unstable();
            let mut native = NativeCounts::new(&SECONDS);
            native.zero = (values.len() - cells.len()) as u64;
            for value in cells {
                native.push(SECONDS.cell_of(value).unwrap(), 1);
            }
            HistogramSnapshot::new(&[], vec![values.len() as u64], 0).with_native(Some(native))
        };
        let all: Vec<u64> = early.iter().chain(&late).copied().collect();
        for (place, snapshot) in both.iter_mut().enumerate() {
            let count = |(first, more): &(u64, u64)| if place == 0 { *first } else { first + more };
            snapshot.counters = counters.iter().map(|(name, counts)| (name.clone(), count(counts))).collect();
            snapshot.gauges = gauges
                .iter()
                .map(|(name, level)| (name.clone(), level.saturating_sub(place.try_into().unwrap())))
                .collect();
            let series = series
                .iter()
                .map(|(label, counts)| {
                    SeriesSnapshot::new(
                        SeriesLabels::new([("label", label.as_str())]),
                        SampleValue::Count(count(counts)),
                    )
                })
                .collect();
            snapshot.declared.insert("jobs".into(), FamilySnapshot { kind: MetricKind::Counter, series });
            let times = SampleValue::Times(histogram(if place == 0 { &early } else { &all }));
            snapshot.declared.insert("wait_seconds".into(), declared(MetricKind::Histogram, &[(&[], times)]));
        }
        both
    })
}

proptest! {
    #[test]
    fn a_daemon_that_reads_all_lines_holds_the_values_of_the_snapshot([first, second] in snapshots()) {
        let (mut encoder, mut daemon) = (encoder(StatsdDialect::Plain), Daemon::default());
        let earlier = lines(&mut encoder, &first, &first);
        for line in earlier.iter().chain(&lines(&mut encoder, &second, &second.since(&first))) {
            daemon.read(line);
        }
        let segment = |text: &str| { let mut out = String::new(); push_segment(&mut out, text); out };
        let mut counters: BTreeMap<String, u64> =
            second.counters.iter().map(|(name, count)| (name.clone(), *count)).collect();
        for series in &second.declared["jobs"].series {
            let SampleValue::Count(count) = series.value else { unreachable!() };
            let (_, label) = series.labels.iter().next().unwrap();
            counters.insert(format!("jobs.label.{}", segment(label)), count);
        }
        counters.retain(|_, count| *count > 0);
        prop_assert_eq!(&daemon.counters, &counters);
        prop_assert_eq!(&daemon.gauges, &second.gauges);

        let SampleValue::Times(times) = &second.declared["wait_seconds"].series[0].value else { unreachable!() };
        let mut expected = BTreeMap::<String, u64>::new();
        times.each_middle(|value, count| {
            let mut text = String::new();
            push_scaled(&mut text, value, 6);
            *expected.entry(text).or_default() += count;
        });
        prop_assert_eq!(daemon.values.remove("wait_seconds").unwrap_or_default(), expected);
    }
}
