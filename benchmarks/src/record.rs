//! A benchmark's result: printed, and kept in `records/` under its date with all that is needed to judge it.

use crate::{Fallible, machine};
use jiff::Timestamp;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

/// What a subcommand has found out.
pub(crate) struct Record {
    /// The subcommand: a part of the file's name.
    pub(crate) name: &'static str,
    /// What was measured, as a heading.
    pub(crate) title: &'static str,
    /// What is to know beside the machine: each with its name.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// Markdown: tables, and what they show.
    pub(crate) body: String,
    /// One sentence on how far the figures can be trusted.
    pub(crate) caveat: &'static str,
}

impl Record {
    /// Prints the result and keeps it; a second one on the same day replaces the first.
    pub(crate) fn publish(self) -> Fallible {
        println!("{}", self.body);
        let date = Timestamp::now().strftime("%Y-%m-%d").to_string();
        let mut text = format!("# {}, {date}\n\n", self.title);
        for (name, value) in machine::facts()?.into_iter().chain([("command", command())]).chain(self.facts) {
            writeln!(text, "- {name}: {value}")?;
        }
        write!(text, "\n{}\n{}\n", self.body, self.caveat)?;
        let records = Path::new(env!("CARGO_MANIFEST_DIR")).join("records");
        let file = format!("{date}-{}.md", self.name);
        fs::create_dir_all(&records)?;
        fs::write(records.join(&file), text)?;
        println!("Kept in records/{file}.");
        Ok(())
    }
}

/// What to type to get this again.
fn command() -> String {
    let arguments: Vec<String> = env::args().skip(1).collect();
    format!("`cargo run --release -- {}`", arguments.join(" "))
}
