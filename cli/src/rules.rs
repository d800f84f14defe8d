//! `rules`: Prometheus rules for the objectives that programs declare.

use crate::model::{Answer, unread};
use crate::print;
use crate::scrape::{Client, Target};
use crate::text::clean;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;
use tachometer::FullSnapshot;
use tachometer::slo::{self, Objective};

/// The arguments of `rules`.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) sources: Vec<OsString>,
}

pub(crate) fn run(options: &Options) -> Result<(), String> {
    let mut objectives: Vec<Objective> = Vec::new();
    for source in &options.sources {
        let found =
            read(source).map_err(|reason| format!("{}: {reason}", clean(&source.to_string_lossy())))?;
        // One that several programs export is one.
        for objective in found {
            if !objectives.contains(&objective) {
                objectives.push(objective);
            }
        }
    }
    print(&slo::rules(&objectives))
}

/// Reads the objectives of an endpoint or a file. One without objectives is an error, since rules for it are expected.
fn read(source: &OsStr) -> Result<Vec<Objective>, String> {
    let path = Path::new(source);
    let text = match source.to_str().filter(|name| is_address(name) && !path.exists()) {
        Some(address) => Client::new().scrape(&Target::new(address)?)?,
        None => fs::read_to_string(path).map_err(|error| error.to_string())?,
    };
    let objectives = if text.trim_start().starts_with('{') {
        FullSnapshot::from_json(&text).map_err(|error| clean(&error.to_string()))?.objectives()
    } else {
        of_text(&text)?
    };
    if objectives.is_empty() {
        return Err("there is no objective (no series slo_objective)".to_owned());
    }
    Ok(objectives)
}

fn of_text(text: &str) -> Result<Vec<Objective>, String> {
    let answer = Answer::read(text);
    if answer.unread > 0 {
        return Err(unread(answer.unread));
    }
    let objective = |(labels, value): &(Vec<(String, String)>, f64)| {
        let labels = labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Objective::from_series(labels, *value).map_err(|error| clean(&error.to_string()))
    };
    answer.objectives.iter().map(objective).collect()
}

/// Returns whether a name is that of an endpoint: it has a scheme, or ends in a port.
fn is_address(name: &str) -> bool {
    let port = name.split('/').next().and_then(|authority| authority.rsplit_once(':')).map(|(_, port)| port);
    name.contains("://") || port.is_some_and(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_files() {
        for name in ["localhost:9464", "http://h", "[::1]:80/metrics", "h:1/x"] {
            assert!(is_address(name), "{name}");
        }
        for name in ["a.json", "dir/a:1", "C:\\a.json", "metrics", "a:b"] {
            assert!(!is_address(name), "{name}");
        }
    }

    #[test]
    fn objectives_of_a_text_are_read_and_wrong_ones_are_errors() {
        let text = |target| {
            format!("slo_objective{{function=\"f\",module=\"m\",objective=\"success\",job=\"j\"}} {target}\n")
        };
        let objectives = of_text(&text("0.999")).unwrap();
        assert_eq!((objectives.len(), objectives[0].target()), (1, 0.999));
        assert!(of_text(&text("99.9")).unwrap_err().contains("between 0 and 1"));
        assert!(of_text("slo_objective{").unwrap_err().contains("1 line"));
    }
}
