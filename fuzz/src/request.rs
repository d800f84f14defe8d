//! The reader of a request's head.

use tachometer::fuzzing::{Verdict, read_head, read_query};

/// The caps, as the documentation of the endpoint states them.
const MAX_BYTES: usize = 8 * 1024;
const MAX_FIELDS: usize = 64;
/// Up to this length, each beginning is read; of a longer one at most twice so many.
const SHORT: usize = 64;

/// Any bytes as what a connection has received, and beginnings of them as what it had received before.
pub fn request(bytes: &[u8]) {
    let mut before = Verdict::Partial;
    for length in lengths(bytes.len()) {
        let received = &bytes[..length];
        let verdict = read_head(received);
        check(received, verdict);
        assert!(may_follow(before, verdict), "{before:?}, and with more bytes {verdict:?}");
        before = verdict;
    }
}

/// How much is received at a time: one byte after the other where it is little, else in steps, and around the cap.
fn lengths(all: usize) -> Vec<usize> {
    let step = (all / SHORT).max(1);
    let mut lengths: Vec<usize> = (0..all).step_by(step).collect();
    lengths.extend((MAX_BYTES - 2..=MAX_BYTES + 2).filter(|length| *length < all));
    lengths.push(all);
    lengths.sort_unstable();
    lengths
}

/// A head that was refused stays refused, and one that is whole does not become another by what comes behind it.
fn may_follow(before: Verdict<'_>, after: Verdict<'_>) -> bool {
    match before {
        Verdict::Partial => true,
        Verdict::Whole { .. } => before == after,
        Verdict::Refused { .. } => matches!(after, Verdict::Refused { .. }),
    }
}

fn check(bytes: &[u8], verdict: Verdict<'_>) {
    let lines = Lines::of(bytes);
    match verdict {
        Verdict::Partial => {
            assert!(bytes.len() < MAX_BYTES, "{} bytes are waited for to become more", bytes.len());
            assert!(lines.end.is_none(), "a head that has ended is waited for");
        }
        Verdict::Whole { is_get, is_head, path, query, .. } => {
            let end = lines.end.expect("a head without an end is whole");
            assert!(end <= MAX_BYTES, "a head of {end} bytes");
            assert!(lines.fields.len() <= MAX_FIELDS, "a head of {} fields", lines.fields.len());
            let mut words = lines.first.split(|byte| *byte == b' ');
            let [method, target, version] = [(); 3].map(|()| words.next().expect("three words"));
            assert_eq!(words.next(), None, "a first line of four words");
            assert_eq!((is_get, is_head), (method == b"GET", method == b"HEAD"));
            assert!(matches!(version, b"HTTP/1.0" | b"HTTP/1.1"), "a version that is none of ours");
            let is_part = path.is_empty() || path == "/" || contains(target, path.as_bytes());
            assert!(is_part, "{path:?} does not stand in the first line");
            assert!(!path.bytes().any(|byte| byte <= b' ' || byte == b'?' || byte == 0x7f), "{path:?}");
            if target.starts_with(b"/") {
                let before_query = target.split(|byte| *byte == b'?').next();
                assert_eq!(Some(path.as_bytes()), before_query);
            }
            check_query(query, target);
            let hosts = lines.fields.iter().filter(|field| is_host(field)).count();
            assert!(hosts == 1 || (hosts == 0 && version == b"HTTP/1.0"), "{hosts} hosts");
        }
        Verdict::Refused { status } => {
            let code: u16 = status[..3].parse().expect("a status begins with its code");
            assert!(matches!(code, 400 | 414 | 431 | 505), "{status}");
        }
    }
}

/// The query is the end of the target, and selects no more families than it has parameters.
fn check_query(query: &str, target: &[u8]) {
    assert!(target.ends_with(query.as_bytes()), "{query:?} does not stand in the first line");
    let parameters = query.split('&').count();
    match read_query(query) {
        Some(0) => assert!(!query.split('&').any(|parameter| parameter.starts_with("name[]="))),
        Some(names) => assert!(names <= parameters.min(100), "{names} of {parameters}"),
        // Too many, too long, or not percent-encoded.
        None => assert!(parameters > 100 || query.len() > 256 || query.contains('%'), "{query:?} is refused"),
    }
}

/// A head as lines, whatever stands in them.
struct Lines<'a> {
    first: &'a [u8],
    fields: Vec<&'a [u8]>,
    /// Where the empty line ends that ends the head.
    end: Option<usize>,
}

impl<'a> Lines<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let mut lines = Lines { first: b"", fields: Vec::new(), end: None };
        let mut read = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            read += line.len();
            let Some(text) = line.strip_suffix(b"\n") else { break };
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            match (lines.first.is_empty(), text.is_empty()) {
                // Empty lines before the first are passed over.
                (true, _) => lines.first = text,
                (false, false) => lines.fields.push(text),
                (false, true) => {
                    lines.end = Some(read);
                    break;
                }
            }
        }
        lines
    }
}

fn is_host(field: &[u8]) -> bool {
    field.split(|byte| *byte == b':').next().is_some_and(|name| name.eq_ignore_ascii_case(b"host"))
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}
