//! The terminal: taken over, drawn on, and given back whatever happens.

use super::table::{Line, Style};
use crate::text;
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{Event, KeyEvent, KeyEventKind, read};
use crossterm::style::{Attribute, Color, Print, SetAttribute, SetForegroundColor};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use crossterm::{execute, queue};
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{env, panic};

/// The size of a terminal, in characters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size {
    pub(super) columns: usize,
    pub(super) rows: usize,
}

/// Returns the number of columns of the terminal, if there is one.
pub(super) fn columns() -> Option<usize> {
    size().ok().map(|(columns, _)| columns.into()).filter(|columns| *columns > 0)
}

/// Returns the next key. If the terminal is gone, it may never return.
pub(super) fn read_key() -> io::Result<KeyEvent> {
    loop {
        match read() {
            Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => return Ok(key),
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
    }
}

/// The terminal while it is taken over. Dropping it gives it back.
#[derive(Debug)]
pub(super) struct Screen {
    is_colored: bool,
    /// Set by signals that end the process.
    is_ended: Arc<AtomicBool>,
}

impl Screen {
    /// Takes over the terminal.
    pub(super) fn open() -> io::Result<Self> {
        let is_ended = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP, signal_hook::consts::SIGINT]
        {
            signal_hook::flag::register(signal, Arc::clone(&is_ended))?;
        }
        // A panic is reported on the terminal as it was, and stays readable.
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            give_back();
            report(info);
        }));
        // Before anything is changed: what follows may fail half-way.
        let is_colored = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let screen = Screen { is_colored, is_ended };
        // Relaxed: as in `give_back`.
        IS_TAKEN.store(true, Ordering::Relaxed);
        enable_raw_mode()?;
        execute!(io::stdout(), EnterAlternateScreen, Hide, Clear(ClearType::All))?;
        Ok(screen)
    }

    /// Returns whether a signal wants the process to end, or the terminal is gone.
    pub(super) fn is_ended(&self) -> bool {
        // Relaxed: nothing else is passed with it.
        self.is_ended.load(Ordering::Relaxed) || !io::stdout().is_terminal()
    }

    #[expect(clippy::unused_self, reason = "there is one while there is a screen")]
    pub(super) fn size(&self) -> io::Result<Size> {
        let (columns, rows) = size()?;
        Ok(Size { columns: columns.into(), rows: rows.into() })
    }

    /// Draws all lines at once, each in its place.
    pub(super) fn draw(&mut self, size: Size, lines: &[Line], is_cleared: bool) -> io::Result<()> {
        let mut frame = Vec::new();
        if is_cleared {
            queue!(frame, Clear(ClearType::All))?;
        }
        for (row, line) in (0..).zip(lines.iter().take(size.rows)) {
            queue!(frame, MoveTo(0, row))?;
            for span in line {
                self.queue_style(&mut frame, span.style)?;
                queue!(frame, Print(&span.text), SetAttribute(Attribute::Reset))?;
            }
            let width: usize = line.iter().map(|span| text::width(&span.text)).sum();
            // After the last column, terminals would clear that column.
            if width < size.columns {
                queue!(frame, Clear(ClearType::UntilNewLine))?;
            }
        }
        let mut stdout = io::stdout().lock();
        stdout.write_all(&frame)?;
        stdout.flush()
    }

    fn queue_style(&self, frame: &mut Vec<u8>, style: Style) -> io::Result<()> {
        match style {
            Style::Plain => Ok(()),
            Style::Bold => queue!(frame, SetAttribute(Attribute::Bold)),
            Style::Faint => queue!(frame, SetAttribute(Attribute::Dim)),
            Style::Heading => queue!(frame, SetAttribute(Attribute::Reverse)),
            Style::Alarm if self.is_colored => queue!(frame, SetForegroundColor(Color::Red)),
            Style::Alarm => queue!(frame, SetAttribute(Attribute::Bold)),
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Whether the terminal is taken over. Giving it back twice would move the cursor to where it was before, onto what was printed since.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back, if it is taken over. A terminal that is gone needs nothing.
fn give_back() {
    // Relaxed: nothing else is passed with it.
    if !IS_TAKEN.swap(false, Ordering::Relaxed) {
        return;
    }
    let _ = execute!(io::stdout(), SetAttribute(Attribute::Reset), LeaveAlternateScreen, Show);
    let _ = disable_raw_mode();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[ignore = "needs a terminal: .ci/check_terminal.py runs it in one"]
    fn a_panic_gives_the_terminal_back() {
        let mut screen = Screen::open().unwrap();
        let size = screen.size().unwrap();
        screen.draw(size, &[vec![super::super::table::span("taken over", Style::Bold)]], true).unwrap();
        panic!("as a test");
    }
}
