//! Arguments drop when, and in the order, they did without the annotation.

use super::*;

thread_local! {
    static LOG: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

struct Logs(&'static str);

impl Logs {
    fn len(&self) -> usize {
        self.0.len()
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        LOG.with_borrow_mut(|log| log.push(self.0));
    }
}

fn log() -> Vec<&'static str> {
    LOG.take()
}

macro_rules! both {
    ($($item:item)*) => {
        mod plain {
            use super::*;
            $($item)*
        }
        mod annotated {
            use super::*;
            use tachometer::instrumented as the_annotation;
            $(#[the_annotation] $item)*
        }
    };
}

pub struct Own {
    #[allow(dead_code, reason = "is dropped")]
    first: Logs,
    second: Logs,
}

fn own() -> Own {
    Own { first: Logs("first"), second: Logs("second") }
}

impl Own {
    fn plain_method(self) -> usize {
        let _local = Logs("local");
        self.second.len()
    }

    #[instrumented]
    fn annotated_method(self) -> usize {
        let _local = Logs("local");
        self.second.len()
    }
}

both! {
    pub fn sync(_a: Logs, (_b, _): (Logs, Logs), _: Logs, mut _c: Logs) -> Option<()> {
        let _local = Logs("local");
        _c = Logs("c");
        None?;
        Some(())
    }

    pub async fn later(_a: Logs, (_b, _): (Logs, Logs), _: Logs, _c: Logs) {
        let _local = Logs("local");
        std::future::poll_fn(|_| Poll::Ready(())).await;
    }

    #[allow(clippy::needless_pass_by_value, reason = "what drops is the point")]
    pub fn of_a_field(own: Own) -> usize {
        let _local = Logs("local");
        own.second.len()
    }

    pub fn in_place(_a: Logs, _: Logs) -> impl Sized {
        let _local = Logs("local");
    }
}

fn arguments() -> (Logs, (Logs, Logs), Logs, Logs) {
    (Logs("a"), (Logs("b"), Logs("rest of b")), Logs("_"), Logs("old c"))
}

#[test]
fn arguments_drop_when_they_always_did() {
    let logged = |run: &dyn Fn()| {
        run();
        log()
    };
    let call = |function: fn(Logs, (Logs, Logs), Logs, Logs) -> Option<()>| {
        logged(&|| {
            let (a, b, unnamed, c) = arguments();
            function(a, b, unnamed, c);
        })
    };
    assert_eq!(call(annotated::sync), call(plain::sync));
    assert_eq!(call(plain::sync).len(), 7);
    let field = |function: fn(Own) -> usize| logged(&|| assert_eq!(function(own()), 6));
    assert_eq!(field(annotated::of_a_field), field(plain::of_a_field));
    assert_eq!(
        logged(&|| assert_eq!(own().plain_method(), 6)),
        logged(&|| assert_eq!(own().annotated_method(), 6))
    );
    let in_place = [
        logged(&|| drop(plain::in_place(Logs("a"), Logs("_")))),
        logged(&|| drop(annotated::in_place(Logs("a"), Logs("_")))),
    ];
    assert_eq!(in_place[0], in_place[1]);

    macro_rules! polled_and_dropped {
        ($module:ident) => {{
            let (a, b, unnamed, c) = arguments();
            assert!(poll(pin!($module::later(a, b, unnamed, c))).is_ready());
            let (a, b, unnamed, c) = arguments();
            LOG.with_borrow_mut(|log| log.push("unpolled"));
            drop($module::later(a, b, unnamed, c));
            log()
        }};
    }
    assert_eq!(polled_and_dropped!(annotated), polled_and_dropped!(plain));
}
