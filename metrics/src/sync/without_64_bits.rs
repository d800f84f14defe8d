//! The one error on targets without 64-bit atomics.
//!
//! The types have the signatures of the standard library's, so that the compiler finds no further errors. Nothing runs them, as no
//! program is compiled.

use super::unmodelled::Ordering;

compile_error!(
    "`tachometer` needs 64-bit atomics, which this target lacks: counters are 64 bits wide, exact and lock-free. Supported are \
     targets with `target_has_atomic = \"64\"`, also 32-bit ones such as i686 and armv7. For other targets, make the \
     dependency conditional: `[target.'cfg(target_has_atomic = \"64\")'.dependencies]`"
);

pub(crate) type AtomicU64 = Atomic<u64>;
pub(crate) type AtomicI64 = Atomic<i64>;

#[derive(Debug, Default)]
pub(crate) struct Atomic<T>(T);

#[expect(clippy::unused_self, clippy::needless_pass_by_value, reason = "only signatures")]
impl<T> Atomic<T> {
    pub(crate) const fn new(value: T) -> Self {
        Atomic(value)
    }

    pub(crate) fn load(&self, _: Ordering) -> T {
        unreachable!()
    }

    pub(crate) fn store(&self, _: T, _: Ordering) {}

    pub(crate) fn swap(&self, _: T, _: Ordering) -> T {
        unreachable!()
    }

    pub(crate) fn fetch_add(&self, _: T, _: Ordering) -> T {
        unreachable!()
    }

    pub(crate) fn fetch_sub(&self, _: T, _: Ordering) -> T {
        unreachable!()
    }

    pub(crate) fn compare_exchange_weak(&self, _: T, _: T, _: Ordering, _: Ordering) -> Result<T, T> {
        unreachable!()
    }

    pub(crate) fn fetch_update(
        &self,
        _: Ordering,
        _: Ordering,
        _: impl FnMut(T) -> Option<T>,
    ) -> Result<T, T> {
        unreachable!()
    }
}
