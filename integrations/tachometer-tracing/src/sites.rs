//! The functions of spans, found by the identity of the callsite.

use std::array;
use std::sync::OnceLock;
use tachometer::{DynamicFunction, LabelledFunction};
use tracing_core::Metadata;

/// A power of two.
const BUCKETS: usize = 1 << BUCKET_BITS;
const BUCKET_BITS: u32 = 10;

/// A hash table of callsites, which only grows. Looking one up takes no lock.
#[derive(Debug)]
pub(crate) struct Sites {
    buckets: Box<[OnceLock<Box<Node>>; BUCKETS]>,
}

/// A callsite that was seen, and the next one in its bucket.
#[derive(Debug)]
struct Node {
    key: SiteKey,
    site: SpanSite,
    next: OnceLock<Box<Node>>,
}

/// The identity of a callsite: the address of its metadata, which are never freed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SiteKey(usize);

/// What the layer knows of a callsite.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SpanSite {
    pub(crate) function: SpanFunction,
    /// Whether it declares a field that may record an error.
    pub(crate) has_error_field: bool,
}

/// What the spans of a callsite count.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SpanFunction {
    Plain(DynamicFunction),
    Labelled {
        function: LabelledFunction,
        /// The fields that are its labels.
        fields: &'static [&'static str],
    },
}

impl SiteKey {
    pub(crate) fn of(metadata: &'static Metadata<'static>) -> Self {
        SiteKey(std::ptr::from_ref(metadata).addr())
    }

    pub(crate) fn to_bits(self) -> u64 {
        self.0 as u64
    }

    pub(crate) fn from_bits(bits: u64) -> Self {
        SiteKey(usize::try_from(bits).unwrap_or_default())
    }

    /// Returns the bucket: the upper bits of the address times the golden ratio, which spreads addresses at any distance.
    fn bucket(self) -> usize {
        let spread = self.to_bits().wrapping_mul(0x9E37_79B9_7F4A_7C15);
        usize::try_from(spread >> (u64::BITS - BUCKET_BITS)).unwrap_or_default()
    }
}

impl Sites {
    pub(crate) fn new() -> Self {
        Sites { buckets: Box::new(array::from_fn(|_| OnceLock::new())) }
    }

    /// Returns the function of a callsite that was [added](Self::get_or_add) before.
    #[inline]
    pub(crate) fn get(&self, key: SiteKey) -> Option<SpanSite> {
        let mut place = &self.buckets[key.bucket()];
        while let Some(node) = place.get() {
            if node.key == key {
                return Some(node.site);
            }
            place = &node.next;
        }
        None
    }

    /// Returns the function of a callsite. If the callsite is new, `describe` registers its function.
    #[inline]
    pub(crate) fn get_or_add(&self, key: SiteKey, describe: impl Fn() -> SpanSite) -> SpanSite {
        let mut place = &self.buckets[key.bucket()];
        loop {
            // Another callsite may take the place first; then this one is added after it.
            let node = place.get_or_init(|| Box::new(Node { key, site: describe(), next: OnceLock::new() }));
            if node.key == key {
                return node.site;
            }
            place = &node.next;
        }
    }
}
