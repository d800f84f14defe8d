use super::*;
use crate::buckets::native::{NativeCounts, SECONDS};
use crate::labels::SeriesLabels;
use crate::snapshot::{FamilySnapshot, HistogramSnapshot, SampleValue, SeriesSnapshot};
use std::time::{Duration, SystemTime};

fn empty() -> FullSnapshot {
    let timestamp = SystemTime::UNIX_EPOCH + Duration::from_millis(1_574_109_732_004);
    FullSnapshot { timestamp, ..FullSnapshot::empty(timestamp) }
}

fn declared(kind: MetricKind, labels: &[(&str, &str)], value: SampleValue) -> FamilySnapshot {
    FamilySnapshot {
        kind,
        series: vec![SeriesSnapshot::new(SeriesLabels::new(labels.iter().copied()), value)],
    }
}

fn encoder() -> EmfEncoder {
    EmfEncoder { namespace: "Shop".into(), dimensions: vec![("env".into(), "prod".into())], labels: None }
}

fn documents(encoder: &EmfEncoder, snapshot: &FullSnapshot) -> (String, Vec<String>) {
    let (mut out, mut refused) = (String::new(), Vec::new());
    encoder.encode(snapshot, snapshot, &mut out, |reason| refused.push(reason));
    (out, refused)
}

#[test]
fn series_with_the_same_labels_are_in_one_document() {
    let mut native = NativeCounts::new(&SECONDS);
    native.push(SECONDS.cell_of(1_000_000).unwrap(), 49);
    let times = HistogramSnapshot::new(&[1_000], vec![0, 49], 49_000_000).with_native(Some(native));
    let mut snapshot = empty();
    snapshot.counters.insert("jobs_total".into(), 7);
    snapshot.counters.insert("idle".into(), 0);
    snapshot.gauges.insert("level".into(), -5);
    snapshot.minmax.insert("mail_bytes".into(), (3, 9));
    let zone: &[(&str, &str)] = &[("zone", "eu \"1\"é"), ("none", "")];
    snapshot
        .declared
        .insert("wait_seconds".into(), declared(MetricKind::Histogram, zone, SampleValue::Times(times)));
    snapshot.declared.insert("load".into(), declared(MetricKind::Gauge, zone, SampleValue::Quantity(0.5)));
    for (name, quantity) in [("a", f64::NAN), ("b", f64::INFINITY), ("c", 1e300)] {
        snapshot
            .declared
            .insert(name.into(), declared(MetricKind::Gauge, zone, SampleValue::Quantity(quantity)));
    }
    let expected = [
        r#"{"_aws":{"Timestamp":1574109732004,"CloudWatchMetrics":[{"Namespace":"Shop","Dimensions":[["env"]],"Metrics":["#,
        r#"{"Name":"jobs_total","Unit":"Count"},{"Name":"level","Unit":"Count"},"#,
        r#"{"Name":"mail_bytes_max","Unit":"Bytes"},{"Name":"mail_bytes_min","Unit":"Bytes"}]}]},"env":"prod","#,
        r#""jobs_total":7,"level":-5,"mail_bytes_max":9,"mail_bytes_min":3}"#,
        "\n",
        r#"{"_aws":{"Timestamp":1574109732004,"CloudWatchMetrics":[{"Namespace":"Shop","Dimensions":[["env","zone"]],"Metrics":["#,
        r#"{"Name":"wait_seconds","Unit":"Seconds"},{"Name":"load","Unit":"None"}]}]},"env":"prod","zone":"eu \"1\"%c3%a9","#,
        r#""wait_seconds":{"Values":[0.001011289],"Counts":[49],"Min":0.001011289,"Max":0.001011289,"Count":49,"Sum":0.049},"load":0.5}"#,
        "\n",
    ];
    assert_eq!(documents(&encoder(), &snapshot), (expected.concat(), vec![]));
}

#[test]
fn labels_that_are_not_chosen_are_properties() {
    let labels: &[(&str, &str)] = &[("zone", "eu"), ("path", "/é")];
    let mut snapshot = empty();
    snapshot.declared.insert("jobs".into(), declared(MetricKind::Counter, labels, SampleValue::Count(1)));
    let encoder = EmfEncoder {
        labels: Some(vec!["zone".into()]),
        dimensions: vec![("zone".into(), "all".into())],
        ..encoder()
    };
    let (out, _) = documents(&encoder, &snapshot);
    assert!(
        out.contains(r#""Dimensions":[["zone"]]"#)
            && out.ends_with("},\"zone\":\"eu\",\"path\":\"/é\",\"jobs\":1}\n"),
        "{out}"
    );
}

#[test]
fn a_label_is_never_a_member_of_the_name_of_a_metric() {
    let labels: &[(&str, &str)] = &[("jobs", "a"), ("_aws", "b"), ("jobs_", "c")];
    let mut snapshot = empty();
    snapshot.declared.insert("jobs".into(), declared(MetricKind::Counter, labels, SampleValue::Count(1)));
    let (out, refused) = documents(&encoder(), &snapshot);
    assert!(out.contains(r#""jobs__":"a","_aws_":"b","jobs_":"c","jobs":1}"#), "{out} {refused:?}");
}

#[test]
fn what_cloudwatch_would_refuse_is_named_and_the_rest_is_written() {
    let long = "x".repeat(1_025);
    let mut snapshot = empty();
    snapshot.counters.insert("others".into(), 1);
    snapshot
        .declared
        .insert("jobs".into(), declared(MetricKind::Counter, &[("zone", &long)], SampleValue::Count(1)));
    let names: Vec<String> = (0..30).map(|index| format!("label_{index}")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), "x")).collect();
    snapshot.declared.insert("tasks".into(), declared(MetricKind::Counter, &many, SampleValue::Count(1)));
    let (out, refused) = documents(&encoder(), &snapshot);
    assert!(out.lines().count() == 1 && out.contains("\"others\":1"), "{out}");
    assert!(refused[0].starts_with("cannot write tasks with the labels"), "{refused:?}");
    assert!(refused[0].ends_with("there are 31 dimensions, and at most 30 are allowed"), "{refused:?}");
    assert!(
        refused[1].ends_with("the value of the dimension \"zone\" is longer than 1024 bytes"),
        "{refused:?}"
    );
}

#[test]
fn documents_are_split_by_their_number_of_metrics_and_by_their_size() {
    let encoder = EmfEncoder { labels: Some(Vec::new()), ..encoder() };
    let mut snapshot = empty();
    for index in 0..101 {
        snapshot.counters.insert(format!("jobs_{index:03}"), 1);
    }
    let metrics = |line: &str| line.matches("\"Name\":").count();
    let (out, _) = documents(&encoder, &snapshot);
    assert_eq!(out.lines().map(metrics).collect::<Vec<_>>(), [100, 1]);

    let mut snapshot = empty();
    let name = "x".repeat(100_000);
    for index in 0..4 {
        snapshot.counters.insert(format!("{name}_{index}"), 1);
    }
    let (out, _) = documents(&encoder, &snapshot);
    // Each name is there twice.
    assert_eq!(out.lines().map(metrics).collect::<Vec<_>>(), [1; 4]);
    assert!(out.lines().all(|line| line.len() < 250_000));

    let mut snapshot = empty();
    let long = "x".repeat(130_000);
    let labels: &[(&str, &str)] = &[("path", &long)];
    snapshot.declared.insert("jobs".into(), declared(MetricKind::Counter, labels, SampleValue::Count(1)));
    let (out, refused) = documents(&encoder, &snapshot);
    assert!(out.is_empty() && refused[0].ends_with("the labels are too long for a document"));
}
