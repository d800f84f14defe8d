//! Datagrams that are to be sent, in one buffer.

/// Datagrams in the order they are to be sent in. Its memory is reused.
#[derive(Debug)]
pub(super) struct Queue {
    bytes: Vec<u8>,
    /// Where each datagram ends.
    ends: Vec<usize>,
    /// How many have been sent.
    sent: usize,
    /// The largest size of a datagram.
    max: usize,
}

impl Queue {
    pub(super) fn new(max: usize) -> Self {
        Queue { bytes: Vec::new(), ends: Vec::new(), sent: 0, max }
    }

    /// Adds lines that belong together to the last datagram, if they fit into it, else to a new one. Returns `false` if they fit into none.
    pub(super) fn push(&mut self, lines: &str) -> bool {
        if lines.len() > self.max {
            return false;
        }
        let begin = self.begin(self.ends.len().saturating_sub(1));
        match self.ends.last_mut() {
            Some(end) if *end - begin + 1 + lines.len() <= self.max => {
                self.bytes.push(b'\n');
                self.bytes.extend_from_slice(lines.as_bytes());
                *end = self.bytes.len();
            }
            _ => {
                self.bytes.extend_from_slice(lines.as_bytes());
                self.ends.push(self.bytes.len());
            }
        }
        true
    }

    /// Returns the next datagram to be sent.
    pub(super) fn next(&self) -> Option<&[u8]> {
        let end = *self.ends.get(self.sent)?;
        Some(&self.bytes[self.begin(self.sent)..end])
    }

    /// Removes the next datagram from those that are to be sent.
    pub(super) fn advance(&mut self) {
        self.sent += 1;
    }

    /// Has all datagrams sent again.
    pub(super) fn rewind(&mut self) {
        self.sent = 0;
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.sent = 0;
    }

    fn begin(&self, datagram: usize) -> usize {
        datagram.checked_sub(1).map_or(0, |before| self.ends[before])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn datagrams(queue: &mut Queue) -> Vec<String> {
        let mut datagrams = Vec::new();
        while let Some(datagram) = queue.next() {
            datagrams.push(str::from_utf8(datagram).unwrap().to_owned());
            queue.advance();
        }
        datagrams
    }

    #[test]
    fn datagrams_are_filled_to_the_limit() {
        let mut queue = Queue::new(7);
        assert_eq!(
            ["abc", "def", "g", "hijklmn", "opqrstuv"].map(|lines| queue.push(lines)),
            [true, true, true, true, false]
        );
        assert_eq!(datagrams(&mut queue), ["abc\ndef", "g", "hijklmn"]);
        queue.rewind();
        assert_eq!(datagrams(&mut queue).len(), 3);
        queue.clear();
        assert!(queue.push("x"));
        assert_eq!(datagrams(&mut queue), ["x"]);
    }

    proptest! {
        #[test]
        fn no_datagram_is_above_the_limit_and_two_never_fit_into_one(
            lines in prop::collection::vec("[a-z]{1,30}", 0..50),
            max in 1_usize..100,
        ) {
            let mut queue = Queue::new(max);
            let (fitting, too_long): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.len() <= max);
            prop_assert_eq!(lines.iter().filter(|line| !queue.push(line)).collect::<Vec<_>>(), too_long);
            let datagrams = datagrams(&mut queue);
            prop_assert!(datagrams.iter().all(|datagram| datagram.len() <= max));
            prop_assert_eq!(datagrams.iter().flat_map(|datagram| datagram.lines()).collect::<Vec<_>>(), fitting);
            for pair in datagrams.windows(2) {
                let next = pair[1].lines().next().unwrap();
                prop_assert!(pair[0].len() + 1 + next.len() > max);
            }
        }
    }
}
