//! What happens: answers of the endpoint and keys, from a thread each. So keys are answered while an endpoint hangs, and the table goes
//! on while reading the terminal hangs, as it does when the terminal is gone.

use super::screen;
use crate::model::Answer;
use crate::scrape::{Client, Target};
use crossterm::event::KeyEvent;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) enum Event {
    Scraped(Scraped),
    Key(KeyEvent),
    /// The terminal cannot be read.
    NoKeys(io::Error),
}

/// An answer, or why there is none.
#[derive(Debug)]
pub(super) struct Scraped {
    pub(super) began: Instant,
    pub(super) result: Result<Answer, String>,
}

/// Scrapes at an interval and reads keys, until nothing listens. Keys are those of a terminal that is taken over.
pub(super) fn start(target: Target, interval: Duration) -> Receiver<Event> {
    let (sender, receiver) = channel();
    let keys = sender.clone();
    thread::spawn(move || scrape(&target, interval, &sender));
    thread::spawn(move || read_keys(&keys));
    receiver
}

fn scrape(target: &Target, interval: Duration, events: &Sender<Event>) {
    let client = Client::new();
    loop {
        let began = Instant::now();
        let result = client.scrape(target).map(|text| Answer::read(&text));
        if events.send(Event::Scraped(Scraped { began, result })).is_err() {
            return;
        }
        thread::sleep(interval.saturating_sub(began.elapsed()));
    }
}

fn read_keys(events: &Sender<Event>) {
    loop {
        let key = screen::read_key();
        let is_last = key.is_err();
        if events.send(key.map_or_else(Event::NoKeys, Event::Key)).is_err() || is_last {
            return;
        }
    }
}
