//! Attributes that need the word `async`, above ours and below.

use super::*;
use async_trait::async_trait;

#[tokio::test]
#[instrumented]
async fn counted_above() {
    assert_eq!(counted("counted_above").in_flight, 1);
}

/// Has a comment, too.
#[instrumented(labels(place = "above"))]
#[allow(dead_code)]
#[tokio::test]
async fn counted_below() {
    tokio::task::yield_now().await;
    let function = counted("counted_below");
    assert_eq!((function.in_flight, function.labels[0].1.as_str()), (1, "above"));
}

#[async_trait]
trait Load {
    async fn load(&self, key: u32) -> Result<u32, String>;
}

struct First;
struct Second;
struct Third;

#[instrumented]
#[async_trait]
impl Load for First {
    async fn load(&self, key: u32) -> Result<u32, String> {
        if key == 0 { Err("zero".to_owned()) } else { Ok(key) }
    }
}

#[async_trait]
#[instrumented]
impl Load for Second {
    async fn load(&self, key: u32) -> Result<u32, String> {
        if key == 0 { Err("zero".to_owned()) } else { Ok(key) }
    }
}

#[async_trait]
impl Load for Third {
    #[instrumented]
    async fn load(&self, key: u32) -> Result<u32, String> {
        if key == 0 { Err("zero".to_owned()) } else { Ok(key) }
    }
}

#[test]
fn async_trait_goes_above_and_below() {
    for load in [&First as &dyn Load, &Second, &Third] {
        assert_eq!(poll(load.load(3).as_mut()), Poll::Ready(Ok(3)));
        assert!(poll(load.load(0).as_mut()).is_ready());
    }
    for name in ["First", "Second", "Third"] {
        assert_eq!(outcomes(&format!("<{name} as Load>::load")), (1, 1, 0, 0, 0));
    }
}

struct Runs(u32);

#[instrumented(name = "Blocking", labels(place = "block"), time = "busy")]
impl Runs {
    #[tokio::main(flavor = "current_thread")]
    async fn by_the_block(&self, key: u32) -> Result<u32, u32> {
        tokio::task::yield_now().await;
        if key == self.0 { Err(key) } else { Ok(key) }
    }

    #[instrumented(labels(place = "method"), error_if = Option::is_none,)]
    #[tokio::main(flavor = "current_thread")]
    async fn by_itself(&self) -> Option<u32> {
        self.0.checked_sub(1)
    }

    #[tokio::main(flavor = "current_thread")]
    #[instrumented(name = "whole_name_below")]
    async fn by_name(&self) -> u32 {
        self.0
    }

    #[instrumented(skip)]
    #[tokio::main(flavor = "current_thread")]
    async fn left_alone(&self) -> u32 {
        self.0
    }
}

#[test]
fn methods_of_a_block_keep_the_word_for_those_that_need_it() {
    let runs = Runs(0);
    assert_eq!((runs.by_the_block(0), runs.by_the_block(1)), (Err(0), Ok(1)));
    assert_eq!((runs.by_itself(), runs.by_name(), runs.left_alone()), (None, 0, 0));
    assert_eq!(outcomes("Blocking::by_the_block"), (1, 1, 0, 0, 0));
    assert_eq!(outcomes("Blocking::by_itself"), (0, 1, 0, 0, 0));
    assert_eq!(outcomes("whole_name_below"), (1, 0, 0, 0, 0));
    let place = |name| counted(name).labels[0].1.clone();
    assert_eq!(
        (place("Blocking::by_the_block"), place("Blocking::by_itself")),
        ("block".into(), "method".into())
    );
    assert!(super::snapshot().function("Blocking::left_alone").is_none());
}

#[instrumented]
#[tokio::main(flavor = "current_thread")]
async fn main_below(key: u32) -> Result<u32, u32> {
    tokio::task::yield_now().await;
    if key == 0 { Err(key) } else { Ok(key) }
}

#[tokio::main(flavor = "current_thread")]
#[instrumented]
async fn main_above(key: u32) -> Result<u32, u32> {
    tokio::task::yield_now().await;
    if key == 0 { Err(key) } else { Ok(key) }
}

#[test]
fn a_main_of_an_executor_goes_above_and_below() {
    assert_eq!((main_below(0), main_below(1), main_above(0), main_above(1)), (Err(0), Ok(1), Err(0), Ok(1)));
    for function in ["main_below", "main_above"] {
        assert_eq!(outcomes(function), (1, 1, 0, 0, 0), "{function}");
    }
}

#[async_trait(?Send)]
trait WithBody {
    #[instrumented(name = "body_of_a_trait")]
    async fn body(&self) -> Result<u32, u32> {
        let local = std::rc::Rc::new(7);
        tokio::task::yield_now().await;
        Err(*local)
    }
}

impl WithBody for Runs {}

#[tokio::test(flavor = "current_thread")]
async fn a_body_in_an_async_trait_is_timed_as_its_future() {
    assert_eq!(Runs(0).body().await, Err(7));
    assert_eq!(outcomes("body_of_a_trait"), (0, 1, 0, 0, 0));
}
