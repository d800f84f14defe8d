//! A list that only grows, whose readers and writers never wait for each other.

#![expect(unsafe_code, reason = "follows pointers to nodes that are never freed")]

use super::{AtomicPtr, Ordering, const_unless_loom, leak};
use std::ptr;

/// Values that stay for as long as the program runs; the newest first.
///
/// Adding one is lock-free and asks only the system's allocator; reading is wait-free.
#[derive(Debug)]
pub(crate) struct List<T> {
    newest: AtomicPtr<Node<T>>,
}

#[derive(Debug)]
struct Node<T> {
    value: T,
    /// Invariant: never written once the node is in the list.
    older: AtomicPtr<Node<T>>,
}

impl<T: Send + Sync + 'static> List<T> {
    const_unless_loom! {
        pub(crate) const fn new() -> Self {
            List { newest: AtomicPtr::new(ptr::null_mut()) }
        }
    }

    pub(crate) fn push(&self, value: T) -> &'static T {
        // Relaxed: a stale value only costs one failed exchange.
        let mut newest = self.newest.load(Ordering::Relaxed);
        let node = leak(Node { value, older: AtomicPtr::new(newest) });
        loop {
            // Relaxed: published, like the rest of the node, by the exchange below.
            node.older.store(newest, Ordering::Relaxed);
            let pointer = ptr::from_ref(node).cast_mut();
            // Release: pairs with the Acquire in `iter`, which then sees the whole node. An exchange continues the release
            // sequences of the ones before it, so whoever sees this node also sees the older ones whole.
            match self.newest.compare_exchange_weak(newest, pointer, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return &node.value,
                Err(now) => newest = now,
            }
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &'static T> + use<T> {
        // Acquire: pairs with the Release in `push`.
        let newest = deref(self.newest.load(Ordering::Acquire));
        // Relaxed: the nodes behind the newest were published with it.
        std::iter::successors(newest, |node| deref(node.older.load(Ordering::Relaxed)))
            .map(|node| &node.value)
    }
}

fn deref<T: Sync + 'static>(node: *mut Node<T>) -> Option<&'static Node<T>> {
    // SAFETY: a pointer in a list is null or comes from a `&'static` node (`push`), whose making happens before this: it
    // was read with Acquire, or from a node that was.
    unsafe { node.as_ref() }
}
