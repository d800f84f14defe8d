//! Which series an update counts for.

use super::{counts, registry};
use std::fmt;
use tachometer::{Counter, Family, LabelSet, LabelValue, family::LabelVisitor, metrics, snapshot};

#[derive(LabelValue, Clone, Copy)]
enum Kind {
    Mail,
    Report,
}

#[derive(LabelSet)]
struct Known {
    kind: Kind,
    urgent: bool,
}

#[derive(LabelSet)]
struct Job<'a> {
    kind: Kind,
    tenant: &'a str,
    attempt: u32,
}

metrics! {
    static KNOWN: Family<Known, Counter> = Family::new("known_jobs_total", "Jobs");
    static JOBS: Family<Job<'static>, Counter> = Family::new("tenants_jobs_total", "Jobs");
}

#[test]
fn known_sets_are_there_at_zero_and_others_from_their_first_update() {
    let text = snapshot().to_prometheus_format();
    assert!(
        text.contains(
            "# HELP known_jobs_total Jobs\n# TYPE known_jobs_total counter\n\
             known_jobs_total{kind=\"mail\",urgent=\"false\"} 0\nknown_jobs_total{kind=\"mail\",urgent=\"true\"} 0\n\
             known_jobs_total{kind=\"report\",urgent=\"false\"} 0\nknown_jobs_total{kind=\"report\",urgent=\"true\"} 0\n"
        ),
        "{text}"
    );
    KNOWN.with(&Known { kind: Kind::Report, urgent: false }).add(2);
    let tenant = String::from("a \"b\"\n");
    JOBS.with(&Job { kind: Kind::Mail, tenant: &tenant, attempt: 12 }).increment();
    JOBS.with(&Job { kind: Kind::Mail, tenant: &tenant, attempt: 12 }).increment();
    JOBS.with(&Job { kind: Kind::Mail, tenant: &tenant, attempt: 1 }).increment();
    let snapshot = snapshot();
    assert_eq!(counts(&snapshot, "known_jobs_total")[2], ("report/false".to_owned(), 2));
    let text = snapshot.to_prometheus_format();
    let line = "tenants_jobs_total{kind=\"mail\",tenant=\"a \\\"b\\\"\\n\",attempt=\"12\"} 2\n";
    assert!(text.contains(line), "{text}");
}

#[derive(LabelSet)]
struct Two<'a> {
    one: &'a str,
    other: &'a str,
}

#[test]
fn values_are_told_apart_by_where_they_end_and_by_every_byte() {
    let registry = registry();
    let family: Family<Two<'_>, Counter> = registry.family(Family::new("two_total", "Two"));
    let long = "x".repeat(200);
    let longer = format!("{long}x");
    let sets = [
        ("ab", "c"),
        ("a", "bc"),
        ("", "abc"),
        ("abc", ""),
        ("", ""),
        (&long, ""),
        (&longer, ""),
        ("", &long),
    ];
    for (place, (one, other)) in (1..).zip(sets) {
        family.with(&Two { one, other }).add(place);
    }
    for (one, other) in sets {
        family.with(&Two { one, other }).add(100);
    }
    let mut counted: Vec<u64> =
        counts(&registry.snapshot_all(), "two_total").into_iter().map(|(_, count)| count).collect();
    counted.sort_unstable();
    assert_eq!(counted, (101..109).collect::<Vec<_>>());
}

/// Writes itself in pieces of this length.
struct Pieces<'a>(&'a str, usize);

impl LabelValue for Pieces<'_> {
    fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
        self.0
            .as_bytes()
            .chunks(self.1)
            .try_for_each(|piece| into.write_str(std::str::from_utf8(piece).unwrap()))
    }
}

#[derive(LabelSet)]
struct InPieces<'a> {
    value: Pieces<'a>,
}

#[test]
fn in_how_many_pieces_a_value_is_written_does_not_matter() {
    let registry = registry();
    let family: Family<InPieces<'_>, Counter> =
        registry.family(Family::new("pieces_total", "Pieces").max_series(2));
    for round in 0..3 {
        for length in 1..20 {
            family.with(&InPieces { value: Pieces("one value, whole", length) }).increment();
            // From the second on, there is no room for others.
            family.with(&InPieces { value: Pieces("another", length) }).increment();
            family.with(&InPieces { value: Pieces("too many", length + round) }).increment();
        }
    }
    let expected =
        [("another".to_owned(), 57), ("one value, whole".to_owned(), 57), ("__overflow__".to_owned(), 57)];
    assert_eq!(counts(&registry.snapshot_all(), "pieces_total"), expected);
}

/// Says what is not so, but does no harm.
struct Liar(usize);

impl LabelSet for Liar {
    const NAMES: &'static [&'static str] = &["sure"];
    const VALUES: &'static [Option<&'static [&'static str]>] = &[Some(&["yes", "no"])];

    fn visit(&self, _: &mut impl LabelVisitor) {}

    fn index(&self) -> usize {
        self.0
    }
}

/// Has two names and shows one value.
struct Short;

impl LabelSet for Short {
    const NAMES: &'static [&'static str] = &["one", "other"];

    fn visit(&self, visitor: &mut impl LabelVisitor) {
        visitor.value("a");
    }
}

#[test]
fn sets_that_contradict_themselves_are_counted_somewhere() {
    let registry = registry();
    let liars: Family<Liar, Counter> = registry.family(Family::new("liars_total", "Liars"));
    for index in [0, 1, 2, usize::MAX] {
        liars.with(&Liar(index)).increment();
        liars.with(&Liar(index)).hold().increment();
    }
    let short: Family<Short, Counter> = registry.family(Family::new("short_total", "Short"));
    short.with(&Short).increment();
    let snapshot = registry.snapshot_all();
    assert_eq!(counts(&snapshot, "liars_total"), [("yes".to_owned(), 2), ("no".to_owned(), 6)]);
    assert_eq!(counts(&snapshot, "short_total"), [("a/".to_owned(), 1)]);
}

#[test]
fn without_labels_a_family_is_one_series() {
    let registry = registry();
    let family: Family<(), Counter> = registry.family(Family::new("alone_total", "Alone"));
    family.with(&()).add(3);
    assert!(registry.snapshot_all().to_prometheus_format().contains("\nalone_total 3\n"));
}

#[test]
fn a_family_without_the_macro_is_read_from_its_first_update_on() {
    static UNLISTED: Family<Known, Counter> = Family::new("unlisted_total", "In a `static` alone");
    UNLISTED.with(&Known { kind: Kind::Mail, urgent: true }).increment();
    assert_eq!(counts(&snapshot(), "unlisted_total")[1], ("mail/true".to_owned(), 1));
}

/// A label whose value counts itself when it is written: with the lock held that would be waited for by itself.
struct Recursive<'a>(&'a Family<Recursive<'static>, Counter>, u32);

impl LabelSet for Recursive<'_> {
    const NAMES: &'static [&'static str] = &["depth"];

    fn visit(&self, visitor: &mut impl LabelVisitor) {
        if let Some(less) = self.1.checked_sub(1) {
            self.0.with(&Recursive(self.0, less)).increment();
        }
        visitor.value(&self.1);
    }
}

#[test]
fn labels_may_use_their_own_family() {
    let registry = registry();
    let family: Family<Recursive<'static>, Counter> =
        registry.family(Family::new("recursive_total", "Depths"));
    family.with(&Recursive(&family, 2)).increment();
    let counts = counts(&registry.snapshot_all(), "recursive_total");
    assert_eq!(counts.iter().map(|(depth, _)| depth.as_str()).collect::<Vec<_>>(), ["0", "1", "2"]);
    assert_eq!(counts[2].1, 1);
}
