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

    pub fn unwinds(_a: Logs, (_b, _): (Logs, Logs), _: Logs, _c: Logs) -> Result<(), ()> {
        let _local = Logs("local");
        panic!("on purpose")
    }

    pub fn unwinds_in_place(_a: Logs, (_b, _): (Logs, Logs), _: Logs, _c: Logs) -> impl Sized {
        let _local = Logs("local");
        assert!(LOG.with_borrow(Vec::is_empty), "nothing has dropped yet");
        panic!("on purpose");
        #[allow(unreachable_code, reason = "what it would return")]
        Logs("returned")
    }

    #[allow(clippy::unused_async, reason = "what drops is the point")]
    pub async fn leaves_early(_a: Logs, (_b, _): (Logs, Logs), _: Logs, _c: Logs) -> Result<(), ()> {
        let _local = Logs("local");
        Err(())?;
        Ok(())
    }

    #[allow(clippy::unused_async, reason = "what drops is the point")]
    pub async fn unwinds_later(_a: Logs, (_b, _): (Logs, Logs), _: Logs, _c: Logs) {
        let _local = Logs("local");
        panic!("on purpose")
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

#[test]
fn arguments_drop_in_order_when_a_call_is_left_early() {
    macro_rules! left {
        ($module:ident) => {{
            let left = |run: &dyn Fn(Logs, (Logs, Logs), Logs, Logs)| {
                let (a, b, unnamed, c) = arguments();
                let _ = catch_unwind(AssertUnwindSafe(|| run(a, b, unnamed, c)));
                log()
            };
            [
                left(&|a, b, unnamed, c| _ = $module::unwinds(a, b, unnamed, c)),
                left(&|a, b, unnamed, c| _ = $module::unwinds_in_place(a, b, unnamed, c)),
                left(&|a, b, unnamed, c| _ = poll(pin!($module::leaves_early(a, b, unnamed, c)))),
                left(&|a, b, unnamed, c| _ = poll(pin!($module::unwinds_later(a, b, unnamed, c)))),
            ]
        }};
    }
    let plain = left!(plain);
    assert_eq!(left!(annotated), plain);
    assert!(plain.iter().all(|log| log.len() == 6 && log[0] == "local"), "{plain:?}");
}
