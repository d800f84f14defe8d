//! Routes and servers by their text: each is known by an entry that is found without a lock and never freed.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

const BUCKET_BITS: u32 = 10;
/// The number of names that are found by the address of their text.
const RECENT_BITS: u32 = 8;
/// The most names that may be found by it.
const MAX_RECENT: usize = 4_096;
/// The value of labels that exceed the limit, as in the library's families.
const OVERFLOW: &str = "__overflow__";
const GOLDEN_RATIO: u64 = 0x9E37_79B9_7F4A_7C15;

/// A route, or the address and the port of a server.
#[derive(Debug, Default)]
pub(crate) struct Name {
    /// Different for each name, and small.
    pub(crate) index: u32,
    pub(crate) text: Box<str>,
    pub(crate) port: u16,
}

/// The names that were seen, up to a limit.
#[derive(Debug)]
pub(crate) struct Names {
    absent: Name,
    /// What stands for all names above the limit.
    overflow: Name,
    limit: usize,
    count: AtomicUsize,
    seed: u64,
    buckets: Box<[OnceLock<Box<Node>>]>,
    /// The index of the name that was last seen with a text at an address with these bits. It is a guess: the text is compared, since
    /// another text may be there by now.
    recent: Box<[AtomicU32]>,
    by_index: Box<[OnceLock<&'static Name>]>,
}

#[derive(Debug)]
struct Node {
    hash: u64,
    name: Name,
    next: OnceLock<Box<Node>>,
}

impl Names {
    pub(crate) fn new(limit: usize) -> Self {
        let name = |index, text: &str| Name { index, text: text.into(), port: 0 };
        Names {
            absent: name(0, ""),
            overflow: name(1, OVERFLOW),
            limit,
            count: AtomicUsize::new(0),
            // A client may choose the hosts that a program connects to.
            seed: RandomState::new().hash_one(0),
            buckets: (0..1 << BUCKET_BITS).map(|_| OnceLock::new()).collect(),
            recent: (0..1 << RECENT_BITS).map(|_| AtomicU32::new(0)).collect(),
            by_index: (0..limit.min(MAX_RECENT)).map(|_| OnceLock::new()).collect(),
        }
    }

    /// Returns the name that stands for none.
    #[inline]
    pub(crate) fn absent(&'static self) -> &'static Name {
        &self.absent
    }

    /// Returns the name with this text. A text at an address where it was before, such as that of a route, is not hashed.
    #[inline]
    pub(crate) fn find_at_address(&'static self, text: &str) -> &'static Name {
        let address = text.as_ptr().addr() as u64 ^ (text.len() as u64) << 48;
        let slot = &self.recent[bits(address.wrapping_mul(GOLDEN_RATIO), RECENT_BITS)];
        // Relaxed: it is a guess; the `OnceLock` makes the name visible.
        let guess = slot.load(Ordering::Relaxed) as usize;
        match self.by_index.get(guess).and_then(OnceLock::get) {
            Some(name) if *name.text == *text => name,
            _ => self.find_new_address(text, slot),
        }
    }

    #[cold]
    fn find_new_address(&'static self, text: &str, slot: &AtomicU32) -> &'static Name {
        let name = self.find(text, 0);
        if let Some(place) = self.by_index.get(name.index as usize) {
            place.get_or_init(|| name);
            // Relaxed: see `find_at_address`.
            slot.store(name.index, Ordering::Relaxed);
        }
        name
    }

    /// Returns the name with this text and port. Above the limit, it is one that stands for all others.
    #[inline]
    pub(crate) fn find(&'static self, text: &str, port: u16) -> &'static Name {
        let hash = self.hash(text, port);
        let mut place = &self.buckets[bits(hash, BUCKET_BITS)];
        loop {
            let Some(node) = place.get() else {
                match self.add(place, hash, text, port) {
                    Some(node) if node.is(hash, text, port) => return &node.name,
                    // Another thread has added another name here.
                    Some(node) => place = &node.next,
                    None => return &self.overflow,
                }
                continue;
            };
            if node.is(hash, text, port) {
                return &node.name;
            }
            place = &node.next;
        }
    }

    #[cold]
    fn add(
        &'static self,
        place: &'static OnceLock<Box<Node>>,
        hash: u64,
        text: &str,
        port: u16,
    ) -> Option<&'static Node> {
        // Relaxed: a count.
        if self.count.load(Ordering::Relaxed) >= self.limit {
            return None;
        }
        Some(place.get_or_init(|| {
            // The first two are taken. Relaxed: a count; each number is given once.
            let index = u32::try_from(self.count.fetch_add(1, Ordering::Relaxed) + 2).unwrap_or(1);
            Box::new(Node { hash, name: Name { index, text: text.into(), port }, next: OnceLock::new() })
        }))
    }

    /// Hashes eight bytes at a time.
    #[inline]
    fn hash(&self, text: &str, port: u16) -> u64 {
        let mut hash = self.seed ^ text.len() as u64 ^ u64::from(port) << 32;
        let mut mix = |word: u64| {
            hash = (hash ^ word).wrapping_mul(GOLDEN_RATIO);
            hash ^= hash >> 29;
        };
        for chunk in text.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            mix(u64::from_le_bytes(word));
        }
        hash.wrapping_mul(GOLDEN_RATIO)
    }
}

impl Node {
    #[inline]
    fn is(&self, hash: u64, text: &str, port: u16) -> bool {
        self.hash == hash && *self.name.text == *text && self.name.port == port
    }
}

/// Returns the upper bits of a hash, as an index.
#[inline]
pub(crate) fn bits(hash: u64, count: u32) -> usize {
    usize::try_from(hash >> (u64::BITS - count)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(limit: usize) -> &'static Names {
        Box::leak(Box::new(Names::new(limit)))
    }

    #[test]
    fn a_name_is_found_by_text_and_port_wherever_the_text_is() {
        let names = names(2_000);
        let texts: Vec<String> =
            (0..600).map(|index| format!("/{}{index}", "x".repeat(index % 40))).collect();
        let first: Vec<_> = texts.iter().map(|text| names.find_at_address(text)).collect();
        for (text, name) in texts.iter().zip(&first) {
            assert_eq!(*name.text, **text);
            for again in
                [names.find_at_address(text), names.find_at_address(&text.clone()), names.find(text, 0)]
            {
                assert_eq!(again.index, name.index);
            }
            let other = names.find(text, 80);
            assert_eq!((&*other.text, other.port), (&**text, 80));
            assert_ne!(other.index, name.index);
        }
    }

    #[test]
    fn another_text_at_the_same_address_is_another_name() {
        let names = names(10);
        let mut text = String::from("/one");
        assert_eq!(*names.find_at_address(&text).text, *"/one");
        text.replace_range(1.., "two");
        assert_eq!(*names.find_at_address(&text).text, *"/two");
    }

    #[test]
    fn above_the_limit_one_name_stands_for_all() {
        let names = names(2);
        for text in ["a", "b", "c", "d", "a"] {
            let name = names.find_at_address(text);
            let expected = if text > "b" { OVERFLOW } else { text };
            assert_eq!(*name.text, *expected);
        }
        assert_eq!(names.absent().index, 0);
    }
}
