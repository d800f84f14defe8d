//! What keys do.

use super::table::Column;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a person has chosen.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key that turns something on and off")]
pub(super) struct State {
    pub(super) sort: Column,
    pub(super) is_reversed: bool,
    pub(super) filter: String,
    pub(super) is_typing: bool,
    pub(super) is_paused: bool,
    pub(super) is_since_start: bool,
    /// The number of rows above those that are shown.
    pub(super) scroll: usize,
    /// The number of rows that were shown last.
    pub(super) page: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Next {
    Go,
    Quit,
}

impl State {
    pub(super) fn new(sort: Column, filter: &str) -> Self {
        State {
            sort,
            is_reversed: false,
            filter: filter.to_owned(),
            is_typing: false,
            is_paused: false,
            is_since_start: false,
            scroll: 0,
            page: 1,
        }
    }

    pub(super) fn press(&mut self, key: KeyEvent) -> Next {
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        if is_control && key.code == KeyCode::Char('c') {
            return Next::Quit;
        }
        if self.is_typing {
            self.type_filter(key.code, is_control);
            return Next::Go;
        }
        match key.code {
            KeyCode::Char('q') | KeyCode::Esc => return Next::Quit,
            KeyCode::Char('/') => self.is_typing = true,
            KeyCode::Char('p' | ' ') => self.is_paused = !self.is_paused,
            KeyCode::Char('t') => self.is_since_start = !self.is_since_start,
            KeyCode::Char('r') => self.is_reversed = !self.is_reversed,
            KeyCode::Char('s') | KeyCode::Right => self.sort_by(self.sort.neighbour(1)),
            KeyCode::Char('S') | KeyCode::Left => self.sort_by(self.sort.neighbour(-1)),
            KeyCode::Down => self.scroll += 1,
            KeyCode::Up => self.scroll = self.scroll.saturating_sub(1),
            KeyCode::PageDown => self.scroll += self.page,
            KeyCode::PageUp => self.scroll = self.scroll.saturating_sub(self.page),
            KeyCode::Home => self.scroll = 0,
            KeyCode::End => self.scroll = usize::MAX,
            _ => {}
        }
        Next::Go
    }

    fn sort_by(&mut self, column: Column) {
        self.sort = column;
        self.is_reversed = false;
        self.scroll = 0;
    }

    fn type_filter(&mut self, key: KeyCode, is_control: bool) {
        match key {
            KeyCode::Enter => self.is_typing = false,
            KeyCode::Esc => {
                self.filter.clear();
                self.is_typing = false;
            }
            KeyCode::Backspace => {
                self.filter.pop();
            }
            KeyCode::Char('u') if is_control => self.filter.clear(),
            KeyCode::Char(c) if !is_control && !c.is_control() => self.filter.push(c),
            _ => {}
        }
        self.scroll = 0;
    }

    /// Bounds the scrolling by a number of rows, of which `page` are shown at a time.
    pub(super) fn fit_scroll(&mut self, rows: usize, page: usize) {
        self.page = page.max(1);
        self.scroll = self.scroll.min(rows.saturating_sub(page));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(state: &mut State, keys: &[KeyCode]) -> Next {
        keys.iter().map(|key| state.press(KeyEvent::new(*key, KeyModifiers::NONE))).last().unwrap()
    }

    #[test]
    fn keys_choose_sort_and_end() {
        use KeyCode::{Char, Esc, Left, Right};
        let mut state = State::new(Column::Busy, "");
        assert_eq!(press(&mut state, &[Right, Right, Char('r')]), Next::Go);
        assert_eq!((state.sort, state.is_reversed), (Column::Calls, true));
        press(&mut state, &[Left]);
        assert_eq!((state.sort, state.is_reversed), (Column::Name, false));
        assert_eq!([press(&mut state, &[Esc]), press(&mut state, &[Char('q')])], [Next::Quit; 2]);
        let control_c = KeyEvent::new(Char('c'), KeyModifiers::CONTROL);
        state.is_typing = true;
        assert_eq!(state.press(control_c), Next::Quit);
    }

    #[test]
    fn a_filter_takes_all_letters_until_it_is_kept_or_cleared() {
        use KeyCode::{Backspace, Char, Enter, Esc};
        let mut state = State::new(Column::Busy, "");
        assert_eq!(
            press(&mut state, &[Char('/'), Char('q'), Char('p'), Char('x'), Backspace, Enter]),
            Next::Go
        );
        assert_eq!((state.filter.as_str(), state.is_typing, state.is_paused), ("qp", false, false));
        assert_eq!(press(&mut state, &[Char('/'), Esc]), Next::Go);
        assert_eq!((state.filter.as_str(), state.is_typing), ("", false));
    }

    #[test]
    fn scrolling_ends_with_the_last_row() {
        use KeyCode::{Down, End, PageDown, Up};
        let mut state = State::new(Column::Busy, "");
        state.fit_scroll(10, 4);
        for (keys, scroll) in
            [(&[Up][..], 0), (&[PageDown, Down], 5), (&[Down, Down], 6), (&[Up], 5), (&[End], 6)]
        {
            press(&mut state, keys);
            state.fit_scroll(10, 4);
            assert_eq!(state.scroll, scroll);
        }
    }
}
