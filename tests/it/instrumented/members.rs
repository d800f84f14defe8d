//! What stands in an annotated block beside methods, and annotations under a condition.

#![allow(clippy::unused_self)]

use super::*;

macro_rules! method {
    ($name:ident) => {
        fn $name(&self) -> u8 {
            2
        }
    };
}

struct Members;

trait Both {
    fn written(&self) -> u8;
    fn made_in_trait(&self) -> u8;
}

#[instrumented]
impl Members {
    fn seen(&self) -> u8 {
        1
    }

    method!(made);

    #[cfg_attr(all(), tachometer::instrumented(skip))]
    fn skipped(&self) -> u8 {
        3
    }

    #[cfg_attr(any(), instrumented(skip))]
    fn counted_after_all(&self) -> u8 {
        4
    }

    #[cfg_attr(all(), must_use, instrumented(name = "renamed_under_a_condition"))]
    fn renamed(&self) -> u8 {
        5
    }
}

#[instrumented]
impl Both for Members {
    fn written(&self) -> u8 {
        6
    }

    method!(made_in_trait);
}

#[test]
fn a_macro_call_among_methods_is_left_alone() {
    assert_eq!((Members.seen(), Members.made()), (1, 2));
    assert_eq!((Members.written(), Members.made_in_trait()), (6, 2));
    assert_eq!(outcomes("Members::seen"), (1, 0, 0, 0, 0));
    assert_eq!(outcomes("<Members as Both>::written"), (1, 0, 0, 0, 0));
    assert!(super::snapshot().function("Members::made").is_none());
}

#[test]
fn an_annotation_under_a_condition_holds_where_the_condition_does() {
    assert_eq!((Members.skipped(), Members.counted_after_all(), Members.renamed()), (3, 4, 5));
    let snapshot = super::snapshot();
    assert!(snapshot.function("Members::skipped").is_none());
    assert_eq!(outcomes("Members::counted_after_all"), (1, 0, 0, 0, 0));
    assert_eq!(outcomes("renamed_under_a_condition"), (1, 0, 0, 0, 0));
}

struct Failure<F>(F);

trait Run<Fut> {
    fn run(&self, future: Fut) -> Result<(), Failure<Fut>>;
    fn run_again(&self, future: Fut) -> Result<Fut, Box<Failure<Fut>>>;
}

impl<Fut: Send> Run<Fut> for Members {
    #[instrumented]
    fn run(&self, future: Fut) -> Result<(), Failure<Fut>> {
        Err(Failure(future))
    }

    #[instrumented]
    fn run_again(&self, future: Fut) -> Result<Fut, Box<Failure<Fut>>> {
        Err(Box::new(Failure(future)))
    }
}

#[test]
fn an_error_built_of_a_parameter_of_the_block_is_an_error() {
    assert_eq!(Members.run(7).unwrap_err().0, 7);
    assert_eq!(Members.run_again(7).unwrap_err().0, 7);
    assert_eq!(outcomes("<Members as Run>::run"), (0, 1, 0, 0, 0));
    assert_eq!(outcomes("<Members as Run>::run_again"), (0, 1, 0, 0, 0));
}
