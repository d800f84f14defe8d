//! `#[track_caller]`: the body sees its caller, and outcomes are right or refused.

#![allow(clippy::unnecessary_wraps)]

use super::*;
use std::panic::Location;

struct Shelf<K>(Vec<K>, u32);

impl<K> Shelf<K> {
    #[instrumented]
    #[track_caller]
    fn of(items: Vec<K>) -> Shelf<K> {
        Shelf(items, Location::caller().line())
    }

    #[instrumented]
    #[track_caller]
    fn moved(self) -> Self {
        Shelf(self.0, Location::caller().line())
    }

    #[instrumented]
    #[track_caller]
    fn first(&self) -> Option<(&K, u32)> {
        let line = Location::caller().line();
        self.0.first().map(|first| (first, line))
    }

    /// # Safety
    /// None is needed.
    #[instrumented]
    #[track_caller]
    unsafe fn dangerous(items: Vec<K>) -> Shelf<K> {
        Shelf(items, Location::caller().line())
    }
}

trait Place {
    fn place(&self) -> Wrapped;
}

struct Wrapped(u32);

impl<Key> Place for Shelf<Key> {
    #[instrumented]
    #[track_caller]
    fn place(&self) -> Wrapped {
        Wrapped(Location::caller().line())
    }
}

#[instrumented(name = "Block")]
impl<Key: Clone> Shelf<Key> {
    #[track_caller]
    fn doubled(items: Vec<Key>) -> Shelf<Key> {
        Shelf([items.clone(), items].concat(), Location::caller().line())
    }
}

#[instrumented]
#[track_caller]
fn made<T: Default>() -> (T, u32) {
    (T::default(), Location::caller().line())
}

#[instrumented]
#[track_caller]
fn made_alone<T: From<u32>>() -> T {
    T::from(Location::caller().line())
}

type Fallible<T, E> = Result<T, E>;

#[instrumented]
#[track_caller]
fn guessed<E: Default, const FAILS: bool>() -> Result<u32, E> {
    if FAILS { Err(E::default()) } else { Ok(Location::caller().line()) }
}

#[instrumented]
#[track_caller]
fn by_another_name() -> Fallible<u32, ()> {
    Ok(Location::caller().line())
}

#[test]
fn what_is_no_result_is_counted_in_place() {
    let shelf = Shelf::of(vec![3_u8]);
    assert_eq!(shelf.1, line!() - 1);
    let shelf = shelf.moved();
    assert_eq!(shelf.1, line!() - 1);
    assert_eq!(shelf.first(), Some((&3, line!())));
    assert_eq!(shelf.place().0, line!());
    // SAFETY: nothing is needed.
    assert_eq!(unsafe { Shelf::dangerous(vec![1]) }.1, line!());
    let doubled = Shelf::doubled(vec![1, 2]);
    assert_eq!((doubled.0.len(), doubled.1), (4, line!() - 1));
    for name in ["Shelf::of", "Shelf::moved", "Shelf::first", "Shelf::dangerous", "Block::doubled"] {
        assert_eq!(outcomes(name), (1, 0, 0, 0, 0), "{name}");
    }
    assert_eq!(outcomes("<Shelf as Place>::place"), (1, 0, 0, 0, 0));
}

#[test]
fn functions_return_what_only_their_type_tells() {
    let (unit, line): ((), u32) = made();
    assert_eq!(((), line!() - 1), (unit, line));
    assert_eq!(made_alone::<u64>(), u64::from(line!()));
    assert_eq!(guessed::<(), false>(), Ok(line!()));
    let failed: Result<u32, u8> = guessed::<_, true>();
    assert_eq!(failed, Err(0));
    assert_eq!(by_another_name(), Ok(line!()));
    assert_eq!(outcomes("guessed"), (1, 1, 0, 0, 0));
}
