//! `top`: a live table of an endpoint.

mod events;
mod frame;
mod keys;
mod live;
mod screen;
mod table;

pub(crate) use table::Column;

use crate::model::{Answer, View, unread};
use crate::print;
use crate::scrape::{Client, Target};
use events::Event;
use keys::{Next, State};
use live::Live;
use screen::Screen;
use std::io::{self, IsTerminal};
use std::thread;
use std::time::{Duration, Instant};
use table::Table;

/// The arguments of `top`.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) target: Option<Target>,
    /// `None` for the default.
    pub(crate) interval: Option<Duration>,
    pub(crate) sort: Column,
    pub(crate) filter: String,
    pub(crate) is_once: bool,
}

impl Options {
    pub(crate) fn new() -> Self {
        Options { target: None, interval: None, sort: Column::Busy, filter: String::new(), is_once: false }
    }
}

const INTERVAL: Duration = Duration::from_secs(2);

pub(crate) fn run(options: &Options) -> Result<(), String> {
    let target = options.target.as_ref().ok_or("no endpoint")?;
    if options.is_once {
        return once(target, options);
    }
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Err("top needs a terminal; with --once it prints the table once".to_owned());
    }
    live(target, options).map_err(|error| format!("the terminal: {error}"))?
}

/// Prints the table once.
fn once(target: &Target, options: &Options) -> Result<(), String> {
    let client = Client::new();
    let scrape = || {
        let began = Instant::now();
        let text = client.scrape(target).map_err(|reason| format!("{}: {reason}", target.url()))?;
        Ok::<_, String>((began, Answer::read(&text)))
    };
    let (began, mut answer) = scrape()?;
    let view = match options.interval {
        None => View::totals(&answer),
        Some(interval) => {
            thread::sleep(interval.saturating_sub(began.elapsed()));
            let (second, later) = scrape()?;
            let view = View::between(&answer, &later, second - began);
            answer = later;
            view
        }
    };
    if view.rows.is_empty() {
        return Err(format!("{}: {}", target.url(), live::NO_FUNCTIONS));
    }
    let state = State::new(options.sort, &options.filter);
    // What reads a pipe, and files, have no width.
    let columns = io::stdout().is_terminal().then(screen::columns).flatten();
    let mut text = Table::new(&view, &state, columns).to_text();
    if answer.unread > 0 {
        text.push_str(&unread(answer.unread));
        text.push('\n');
    }
    print(&text)
}

/// Shows the table until a key or a signal ends it. The outer error is one of the terminal.
fn live(target: &Target, options: &Options) -> io::Result<Result<(), String>> {
    /// How often the age of what is shown is looked at, if nothing else happens.
    const PATIENCE: Duration = Duration::from_millis(200);
    let interval = options.interval.unwrap_or(INTERVAL);
    let mut live = Live::new();
    let mut state = State::new(options.sort, &options.filter);
    let mut screen = Screen::open()?;
    let events = events::start(target.clone(), interval);
    let mut shown = None;
    loop {
        live.show(state.is_paused, state.is_since_start);
        let size = screen.size()?;
        let lines = frame::lines(target.url(), interval, &live, &mut state, size);
        if shown.as_ref() != Some(&(size, lines.clone())) {
            screen.draw(size, &lines, shown.as_ref().is_none_or(|(before, _)| *before != size))?;
            shown = Some((size, lines));
        }
        // All that has happened, before the next frame.
        let first = events.recv_timeout(PATIENCE).ok();
        for event in first.into_iter().chain(events.try_iter()) {
            match event {
                Event::Scraped(scraped) => live.add(scraped),
                Event::Key(key) if state.press(key) == Next::Quit => return Ok(Ok(())),
                Event::Key(_) => {}
                Event::NoKeys(error) => return Err(error),
            }
        }
        if screen.is_ended() {
            return Ok(Ok(()));
        }
    }
}
