//! What must never be printed as OpenMetrics, by the patterns of `tests/openmetrics_never.txt`. Classes that need more than
//! a pattern are held by the reader of these tests, and by `.ci/check_openmetrics.py`.

use super::random::snapshots;
use super::{encode, full_registry};
use proptest::prelude::*;
use regex::Regex;
use std::sync::LazyLock;
use tachometer::Format;

const LIST: &str = include_str!("../../openmetrics_never.txt");

/// How a list of texts writes what an editor would lose.
const MARKS: [(&str, &str); 6] = [
    ("<CR>", "\r"),
    ("<TAB>", "\t"),
    ("<SPACE>", " "),
    ("<BOM>", "\u{feff}"),
    ("<NUL>", "\0"),
    ("<CUT>\n", ""),
];

/// Each line matches one of these.
static LINES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let lines = LIST.lines().filter_map(|line| line.strip_prefix("line: "));
    lines.map(|line| Regex::new(&format!(r"\A(?:{line})\z")).expect(line)).collect()
});

/// None of these is found anywhere.
static NEVER: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let patterns = LIST.lines().filter_map(|line| line.strip_prefix("never: "));
    patterns.map(|pattern| Regex::new(&format!("(?m){pattern}")).expect(pattern)).collect()
});

/// What is wrong with a text, if the patterns show it.
fn fault(text: &str) -> Option<String> {
    let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    let mut wrong = lines.filter(|line| !LINES.iter().any(|pattern| pattern.is_match(line)));
    let found = || NEVER.iter().find_map(|pattern| Some(pattern.find(text)?.as_str()));
    wrong.next().or_else(found).map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_snapshot_prints_what_must_never_be_printed(random in snapshots()) {
        for format in [Format::OpenMetrics, Format::OpenMetricsWithCreated] {
            let text = encode(&random.snapshot, format);
            prop_assert_eq!(fault(&text), None, "{}", text);
        }
    }
}

#[test]
fn the_patterns_find_the_wrong_texts_of_the_list_and_no_right_one() {
    let (mut wrong, mut right) = (0, 0);
    let list = LIST.strip_suffix('\n').expect("the last line ends");
    for class in list.split("\n== ").skip(1) {
        let [name, _, how] = class.splitn(4, '\n').take(3).collect::<Vec<_>>()[..] else { panic!("{class}") };
        // Each text stands behind its mark.
        let texts = format!("{class}\n").replace("\n--\n", "\n\0wrong\n").replace("\n++\n", "\n\0right\n");
        for (mark, text) in texts.split('\0').skip(1).filter_map(|text| text.split_once('\n')) {
            let text = unmarked(text);
            match (mark, fault(&text)) {
                ("right", fault) => {
                    right += 1;
                    assert_eq!(fault, None, "{name}: {text}");
                }
                (_, fault) if !how.starts_with("rule: ") => {
                    wrong += 1;
                    assert!(fault.is_some(), "{name}: {text}");
                }
                _ => {}
            }
        }
    }
    assert!(wrong > 50 && right > 10, "{wrong} wrong texts, {right} right ones");
    assert_eq!(fault(&full_registry().snapshot_all().to_openmetrics_format()), None);
}

fn unmarked(text: &str) -> String {
    MARKS.iter().fold(text.to_owned(), |text, (mark, character)| text.replace(mark, character))
}
