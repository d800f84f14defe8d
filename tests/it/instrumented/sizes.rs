//! What an annotation adds to the size of a future: no second copy of an argument, whatever the options.

#![allow(clippy::large_types_passed_by_value, clippy::large_futures)]

use super::*;
use std::mem::size_of_val;

type Large = [u8; 1024];

async fn pause() {
    tokio::task::yield_now().await;
}

/// Four levels of async functions, each annotated so.
macro_rules! levels {
    ($name:ident, $large:ident, $(#[$annotation:meta])*) => {
        mod $name {
            use super::*;

            $(#[$annotation])*
            async fn innermost($large: Large) -> u8 {
                pause().await;
                $large[0]
            }

            $(#[$annotation])*
            async fn inner($large: Large) -> u8 {
                innermost($large).await
            }

            $(#[$annotation])*
            async fn outer($large: Large) -> u8 {
                inner($large).await
            }

            $(#[$annotation])*
            async fn outermost($large: Large) -> u8 {
                outer($large).await
            }

            pub(super) fn size() -> usize {
                let mut future = Box::pin(outermost([7; 1024]));
                assert!(poll(future.as_mut()).is_pending());
                assert_eq!(poll(future.as_mut()), Poll::Ready(7));
                size_of_val(&*future)
            }
        }
    };
}

levels!(bare, large,);
levels!(plain, large, #[instrumented]);
levels!(literal, large, #[instrumented(labels(kind = "large"))]);
levels!(evaluated, large, #[instrumented(labels(first = large[0], length = large.len()))]);
levels!(registered, large, #[instrumented(registry = tachometer::global())]);
levels!(sampled, large, #[instrumented(sample = 16)]);
levels!(busy, large, #[instrumented(time = "busy")]);
levels!(held, large, #[instrumented(ends_with = |call: tachometer::Call, first: u8| { call.ok(); first })]);
levels!(decided, large, #[instrumented(ok_if = |first: &u8| *first > 0)]);

struct Holder;

impl Holder {
    #[instrumented(labels(key = key))]
    async fn annotated(&self, key: u8, large: Large) -> u8 {
        pause().await;
        key + large[0]
    }

    async fn bare(&self, key: u8, large: Large) -> u8 {
        pause().await;
        key + large[0]
    }
}

#[test]
fn an_annotation_adds_at_most_a_twentieth_to_a_future() {
    let bare = bare::size();
    let sizes = [
        ("plain", plain::size()),
        ("literal", literal::size()),
        ("evaluated", evaluated::size()),
        ("registered", registered::size()),
        ("sampled", sampled::size()),
        ("busy", busy::size()),
        ("held", held::size()),
        ("decided", decided::size()),
    ];
    for (name, size) in sizes {
        assert!(size * 20 <= bare * 21, "{name}: {size} bytes, without an annotation {bare}");
    }
    let annotated = size_of_val(&Holder.annotated(1, [0; 1024]));
    let bare = size_of_val(&Holder.bare(1, [0; 1024]));
    assert!(annotated * 20 <= bare * 21, "{annotated} bytes, without an annotation {bare}");
}
