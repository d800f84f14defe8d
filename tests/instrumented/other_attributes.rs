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
