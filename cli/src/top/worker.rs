//! The thread that scrapes, so that keys are answered while an endpoint hangs.

use crate::model::Answer;
use crate::scrape::{Client, Target};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// An answer, or why there is none.
#[derive(Debug)]
pub(super) struct Scraped {
    pub(super) began: Instant,
    pub(super) result: Result<Answer, String>,
}

/// Scrapes at an interval, until nothing listens.
pub(super) fn start(target: Target, interval: Duration) -> Receiver<Scraped> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let client = Client::new();
        loop {
            let began = Instant::now();
            let result = client.scrape(&target).map(|text| Answer::read(&text));
            if sender.send(Scraped { began, result }).is_err() {
                return;
            }
            thread::sleep(interval.saturating_sub(began.elapsed()));
        }
    });
    receiver
}
