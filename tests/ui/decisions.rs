use tachometer::instrumented;

#[instrumented(ok_if = Option::is_some, name = "both", error_if = Option::is_none)]
fn both() -> Option<u32> {
    None
}

#[instrumented(ok_if = Option::is_some, ok_if = Option::is_some)]
fn twice() -> Option<u32> {
    None
}

#[instrumented(error_if)]
fn nothing() -> Option<u32> {
    None
}

#[instrumented(error_if = |_| true)]
fn never() -> ! {
    loop {}
}

struct Cart;

#[instrumented(ok_if = Option::is_some)]
impl Cart {
    #[instrumented(error_if = |line| *line == 0)]
    #[track_caller]
    fn line(&self) -> u32 {
        1
    }
}

fn main() {
    both();
    twice();
    nothing();
    Cart.line();
    never();
}
