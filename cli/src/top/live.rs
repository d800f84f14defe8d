//! The latest answers of an endpoint, and what is wrong with it.

use super::events::Scraped;
use crate::model::{Answer, View, unread};
use std::rc::Rc;
use std::time::{Duration, Instant};

pub(super) const NO_FUNCTIONS: &str =
    "the endpoint answers, but has no function (no family function_calls_total)";

/// Two answers, of which the later is the latest.
#[derive(Debug, Clone)]
struct Pair {
    earlier: Option<(Instant, Rc<Answer>)>,
    later: (Instant, Rc<Answer>),
}

/// What is known of an endpoint, and the view of it that is shown.
#[derive(Debug)]
pub(super) struct Live {
    latest: Option<Pair>,
    shown: Option<Pair>,
    is_since_start: bool,
    pub(super) view: View,
    trouble: Option<(Instant, String)>,
    restarted: Option<Instant>,
}

impl Live {
    pub(super) fn new() -> Self {
        Live {
            latest: None,
            shown: None,
            is_since_start: false,
            view: View::default(),
            trouble: None,
            restarted: None,
        }
    }

    /// Takes the next answer. After one that failed, the last table stays.
    pub(super) fn add(&mut self, scraped: Scraped) {
        match scraped.result {
            Err(reason) => {
                let since = self.trouble.take().map_or(scraped.began, |(since, _)| since);
                self.trouble = Some((since, reason));
            }
            Ok(answer) => {
                self.trouble = None;
                let earlier = self.latest.take().map(|pair| pair.later);
                if earlier.as_ref().is_some_and(|(_, earlier)| is_restarted(earlier, &answer)) {
                    self.restarted = Some(scraped.began);
                }
                self.latest = Some(Pair { earlier, later: (scraped.began, Rc::new(answer)) });
            }
        }
    }

    /// Brings the view up to date, unless it is paused.
    pub(super) fn show(&mut self, is_paused: bool, is_since_start: bool) {
        let of = |pair: &Option<Pair>| pair.as_ref().map(|pair| pair.later.0);
        let is_new = !is_paused && of(&self.shown) != of(&self.latest);
        if is_new {
            self.shown.clone_from(&self.latest);
        }
        if is_new || self.is_since_start != is_since_start {
            self.is_since_start = is_since_start;
            self.view = match &self.shown {
                Some(Pair { earlier: Some((began, earlier)), later: (ended, later) }) if !is_since_start => {
                    View::between(earlier, later, *ended - *began)
                }
                Some(pair) => View::totals(&pair.later.1),
                None => View::default(),
            };
        }
    }

    /// Returns what a person should know of the endpoint, and whether it is bad.
    pub(super) fn message(&self) -> Option<(String, bool)> {
        const NEWS: Duration = Duration::from_secs(10);
        if let Some((since, reason)) = &self.trouble {
            let age = self.shown.as_ref().map_or_else(
                || format!("tried for {} s", since.elapsed().as_secs()),
                |pair| format!("the table is {} s old", pair.later.0.elapsed().as_secs()),
            );
            return Some((format!("{reason}; {age}"), true));
        }
        let Some(pair) = &self.latest else {
            return Some(("waiting for the first answer".to_owned(), false));
        };
        if pair.later.1.functions.is_empty() {
            return Some((NO_FUNCTIONS.to_owned(), true));
        }
        if let Some(restarted) = self.restarted.filter(|restarted| restarted.elapsed() < NEWS) {
            let ago = restarted.elapsed().as_secs();
            return Some((format!("the program restarted: its counts began anew {ago} s ago"), false));
        }
        match pair.later.1.unread {
            0 => None,
            lines => Some((unread(lines), true)),
        }
    }
}

/// Returns whether a count is lower than before.
fn is_restarted(earlier: &Answer, later: &Answer) -> bool {
    let is_anew = |(identity, before)| later.functions.get(identity).is_some_and(|now| now.is_anew(before));
    earlier.functions.iter().any(is_anew)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scraped(calls: Option<u32>) -> Scraped {
        let text = |calls| format!("function_calls_total{{function=\"f\",outcome=\"ok\"}} {calls}\n");
        let result = calls.map(|calls| Answer::read(&text(calls))).ok_or_else(|| "refused".to_owned());
        Scraped { began: Instant::now(), result }
    }

    fn calls(live: &mut Live, is_paused: bool, is_since_start: bool) -> String {
        live.show(is_paused, is_since_start);
        live.view.rows.iter().map(|row| row.function.calls()).sum::<f64>().to_string()
    }

    #[test]
    fn the_last_table_stays_while_there_is_no_answer() {
        let mut live = Live::new();
        assert!(live.message().unwrap().0.contains("waiting"));
        live.add(scraped(Some(5)));
        assert_eq!(calls(&mut live, false, false), "5");
        live.add(scraped(Some(7)));
        assert_eq!([false, true].map(|start| calls(&mut live, false, start)), ["2", "7"]);
        live.show(false, false);
        assert_eq!(live.message(), None);
        live.add(scraped(None));
        assert_eq!(calls(&mut live, false, false), "2");
        let (message, is_bad) = live.message().unwrap();
        assert!(is_bad && message == "refused; the table is 0 s old", "{message}");
        live.add(scraped(Some(3)));
        assert_eq!(calls(&mut live, false, false), "3");
        assert!(live.message().unwrap().0.contains("restarted"));
    }

    #[test]
    fn a_paused_table_can_be_looked_at_in_both_ways() {
        let mut live = Live::new();
        live.add(scraped(Some(5)));
        live.add(scraped(Some(7)));
        assert_eq!(calls(&mut live, false, false), "2");
        live.add(scraped(Some(100)));
        assert_eq!([true, false, true].map(|start| calls(&mut live, true, start)), ["7", "2", "7"]);
        assert_eq!(calls(&mut live, false, false), "93");
    }
}
