//! The stages that a file passes through. Each stage is annotated, so each has its own series.

use std::error::Error;
use std::future::poll_fn;
use std::path::Path;
use std::str::Utf8Error;
use std::task::Poll;
use std::{fs, io, mem, str};
use tachometer::instrumented;

/// Why a file was not counted.
pub(crate) type Rejection = Box<dyn Error + Send + Sync>;

/// The counts of a text: the columns of `wc`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) lines: u64,
    pub(crate) words: u64,
    pub(crate) bytes: u64,
}

/// Takes a file through all stages.
#[instrumented]
pub(crate) async fn process(path: &Path) -> Result<Counts, Rejection> {
    let bytes = read(path)?;
    give_way().await;
    let text = decode(&bytes)?;
    Ok(count(text))
}

#[instrumented]
fn read(path: &Path) -> io::Result<Vec<u8>> {
    fs::read(path)
}

#[instrumented]
fn decode(bytes: &[u8]) -> Result<&str, Utf8Error> {
    str::from_utf8(bytes)
}

/// Counts as `wc` of GNU coreutils does in a UTF-8 locale.
#[instrumented]
fn count(text: &str) -> Counts {
    let mut counts = Counts { bytes: text.len() as u64, ..Counts::default() };
    let mut in_word = false;
    for char in text.chars() {
        counts.lines += u64::from(char == '\n');
        match Class::of(char) {
            Class::Separator => in_word = false,
            Class::Printable => counts.words += u64::from(!mem::replace(&mut in_word, true)),
            Class::Invisible => {}
        }
    }
    counts
}

/// The effect of a character on the word around it.
enum Class {
    /// Ends it.
    Separator,
    /// Belongs to it; a word has at least one.
    Printable,
    /// Neither begins nor ends one: `a\0b` is one word, and a NUL alone is none.
    Invisible,
}

impl Class {
    /// As glibc's `iswprint` and `iswspace` and the list of no-break spaces in `wc` have it.
    ///
    /// One difference is left, for the standard library has no table of it: code points that Unicode has not assigned
    /// are invisible to `wc` and printable here. It shows where a word consists of nothing else.
    fn of(char: char) -> Self {
        match char {
            // White space to Unicode and unprintable to glibc.
            '\u{85}' | '\u{2028}' | '\u{2029}' => Class::Invisible,
            // WORD JOINER: a no-break space to `wc`.
            '\u{2060}' => Class::Separator,
            _ if char.is_whitespace() => Class::Separator,
            _ if char.is_control() || is_noncharacter(char) => Class::Invisible,
            _ => Class::Printable,
        }
    }
}

/// Whether `char` is one of the 66 code points that will never be assigned.
fn is_noncharacter(char: char) -> bool {
    matches!(char, '\u{FDD0}'..='\u{FDEF}') || u32::from(char) & 0xFFFE == 0xFFFE
}

/// Lets other futures of the same thread run before this one goes on, as a stage between input and long work should.
async fn give_way() {
    let mut gave_way = false;
    poll_fn(|context| {
        if mem::replace(&mut gave_way, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
