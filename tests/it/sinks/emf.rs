//! CloudWatch's embedded metric format: documents within its limits, whose values add up.

use super::*;
use proptest::prelude::*;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use tachometer::error::Kind;
use tachometer::export::Emf;
use tachometer::{Counter, DynamicFamily};

/// A path in a folder of its own, which is removed at the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("tachometer-emf-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        Place(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("metrics.log")
    }

    fn documents(&self) -> Vec<Map<String, Value>> {
        let text = fs::read_to_string(self.file()).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        text.lines().map(check).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const UNITS: [&str; 7] = ["Seconds", "Milliseconds", "Microseconds", "Bytes", "Percent", "Count", "None"];

/// Checks a document as CloudWatch's schema and its text do, and returns it.
fn check(line: &str) -> Map<String, Value> {
    assert!(line.len() <= 256 * 1_024 - 26, "{} bytes", line.len());
    let document: Map<String, Value> = serde_json::from_str(line).unwrap();
    // A member that is there twice is there once after parsing.
    assert_eq!(line.matches("\"_aws\":").count(), 1);
    let aws = document["_aws"].as_object().unwrap();
    assert_eq!(aws.keys().collect::<Vec<_>>(), ["CloudWatchMetrics", "Timestamp"]);
    assert!(aws["Timestamp"].as_u64().unwrap() > 1_000_000_000_000, "in milliseconds");
    let directives = aws["CloudWatchMetrics"].as_array().unwrap();
    assert_eq!(directives.len(), 1);
    let directive = directives[0].as_object().unwrap();
    assert_eq!(directive.keys().collect::<Vec<_>>(), ["Dimensions", "Metrics", "Namespace"]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    assert!((1..=1_024).contains(&text(&directive["Namespace"]).len()));
    let sets = directive["Dimensions"].as_array().unwrap();
    assert_eq!(sets.len(), 1);
    let dimensions: Vec<String> = sets[0].as_array().unwrap().iter().map(text).collect();
    assert!(dimensions.len() <= 30);
    for dimension in &dimensions {
        assert!((1..=250).contains(&dimension.len()));
        let value = document[dimension].as_str().expect("the target of a dimension is a text");
        assert!(
            (1..=1_024).contains(&value.len()) && value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        );
    }
    let metrics = directive["Metrics"].as_array().unwrap();
    assert!((1..=100).contains(&metrics.len()));
    let mut names = Vec::new();
    for metric in metrics {
        assert_eq!(metric.as_object().unwrap().keys().collect::<Vec<_>>(), ["Name", "Unit"]);
        assert!(UNITS.contains(&metric["Unit"].as_str().unwrap()), "{metric}");
        let name = text(&metric["Name"]);
        match &document[&name] {
            Value::Number(_) => {}
            Value::Object(values) => {
                let list = |name: &str| {
                    values[name].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
                };
                let [values, counts]: [Vec<f64>; 2] = ["Values", "Counts"].map(list);
                assert!((1..=100).contains(&values.len()) && values.len() == counts.len());
                assert!(counts.iter().all(|count| *count >= 1.0));
            }
            other => panic!("{name} is {other}"),
        }
        assert!(!dimensions.contains(&name));
        names.push(name);
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), metrics.len(), "a metric is there once");
    document
}

/// The totals of all documents: of counters, and of the counts of histograms.
fn totals(documents: &[Map<String, Value>]) -> BTreeMap<String, u64> {
    let mut totals = BTreeMap::new();
    for document in documents {
        for (name, value) in document {
            let count = match value {
                Value::Number(number) => number.as_u64(),
                Value::Object(values) if name != "_aws" => Some(
                    values["Counts"].as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum(),
                ),
                _ => None,
            };
            *totals.entry(name.clone()).or_default() += count.unwrap_or_default();
        }
    }
    totals
}

#[test]
fn differences_add_up_in_a_file_also_after_one_that_could_not_be_written() {
    let registry = registry();
    let place = Place::new("totals");
    let jobs = registry.register_counter("jobs");
    let reports = Reports::default();
    let exporter =
        reports.of(registry.exporter()).to_emf(Emf::new("Shop").to_file(place.file())).start().unwrap();
    jobs.add(1);
    assert!(exporter.flush(HUNG));
    let first = fs::read_to_string(place.file()).unwrap();
    fs::remove_file(place.file()).unwrap();
    // No file can be there.
    fs::create_dir(place.file()).unwrap();
    for _ in 0..3 {
        jobs.add(10);
        assert!(exporter.flush(HUNG));
    }
    assert_eq!(reports.all().len(), 3);
    fs::remove_dir(place.file()).unwrap();
    fs::write(place.file(), first).unwrap();
    jobs.add(100);
    drop(exporter);
    assert_eq!(totals(&place.documents())["jobs"], 131);
    assert_eq!(reports.all().len(), 3);
}

#[test]
fn a_document_is_split_at_each_limit() {
    let registry = registry();
    let place = Place::new("limits");
    for index in 0..250 {
        registry.register_counter(format!("jobs_{index}")).add(1);
    }
    // More buckets than a document may contain values.
    let waits = registry.histogram_of_time("wait_seconds", "Waiting", &[1_000]);
    for exponent in 0..40 {
        for part in 0..8 {
            waits.observe((1_u64 << exponent) + (1_u64 << exponent) / 8 * part);
        }
    }
    let zones: DynamicFamily<Counter> =
        registry.family(DynamicFamily::new("zones_total", "Zones", ["zone"]).unwrap());
    zones.with(&["é\n"]).add(5);
    let exporter = registry.exporter().to_emf(Emf::new("Shop").to_file(place.file())).start().unwrap();
    drop(exporter);
    let documents = place.documents();
    assert!(documents.len() >= 5, "{}", documents.len());
    let totals = totals(&documents);
    assert_eq!((totals["wait_seconds"], totals["zones_total"]), (320, 5));
    assert!((0..250).all(|index| totals[&format!("jobs_{index}")] == 1));
}

#[test]
fn invalid_settings_are_refused_and_named() {
    let many = (0..31).fold(Emf::new("Shop"), |emf, index| emf.dimension(format!("a{index}"), "b"));
    let cases = [
        (Emf::from(""), "namespace", "must consist of 1 to 255 ASCII letters"),
        (Emf::new("é"), "namespace", "must consist of 1 to 255 ASCII letters"),
        (Emf::new("AWS/Shop"), "namespace", "must not begin with `AWS/`"),
        (Emf::new("Shop").dimension(":a", "b"), "dimension", "must not begin with `:`"),
        (Emf::new("Shop").dimension("a", " "), "dimension", "not only of blanks"),
        (
            Emf::new("Shop").dimension("a", "b").dimension("a", "c"),
            "dimension",
            "there is another one of this name",
        ),
        (many, "dimensions", "there are 31, and at most 30 are allowed"),
        (
            Emf::new("Shop").dimension_labels(["a-b"]),
            "labels that are dimensions",
            "is not the name of a label",
        ),
    ];
    for (sink, setting, allowed) in cases {
        let error = registry().exporter().to_emf(sink).start().unwrap_err();
        let text = error.to_string();
        assert_eq!(error.kind(), Kind::InvalidConfiguration);
        assert!(
            text.starts_with(&format!("the {setting} of the EMF sink: ")) && text.contains(allowed),
            "{text}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn all_documents_follow_the_schema_and_add_up(
        values in prop::collection::vec((any::<String>(), 1_u64..1_000), 0..40),
        times in prop::collection::vec(any::<u64>(), 0..300),
    ) {
        let registry = registry();
        let place = Place::new("random");
        let jobs: DynamicFamily<Counter> =
            registry.family(DynamicFamily::new("jobs_total", "Jobs", ["kind"]).unwrap());
        let wait = registry.histogram_of_time("wait_seconds", "Waiting", &[1_000]);
        let exporter = registry.exporter().to_emf(Emf::new("Shop").to_file(place.file())).start().unwrap();
        for (kind, count) in &values {
            jobs.with(&[kind]).add(*count);
        }
        exporter.flush(HUNG);
        for time in &times {
            wait.observe(*time);
        }
        drop(exporter);
        let totals = totals(&place.documents());
        let expected: u64 = values.iter().map(|(_, count)| count).sum();
        prop_assert_eq!(totals.get("jobs_total").copied().unwrap_or_default(), expected);
        prop_assert_eq!(totals.get("wait_seconds").copied().unwrap_or_default(), times.len() as u64);
    }
}
