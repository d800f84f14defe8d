use tachometer::instrumented;

#[instrumented(ends_with)]
fn nothing() -> u32 {
    1
}

#[instrumented(ends_with = "body")]
fn word() -> u32 {
    1
}

#[instrumented(ends_with = 3)]
fn number() -> u32 {
    1
}

#[instrumented(ends_with = "stream")]
fn never() -> ! {
    loop {}
}

struct Cart;

#[instrumented(ends_with = "stream")]
impl Cart {
    #[instrumented(ends_with = |_, line| line)]
    #[track_caller]
    fn line(&self) -> u32 {
        1
    }
}

#[instrumented(ends_with = |_, value| value, error_kind = |_| "failed")]
fn kinds() -> bool {
    true
}

#[instrumented(ends_with = "stream")]
fn no_stream() -> Vec<u32> {
    Vec::new()
}

#[instrumented(ends_with = "stream")]
async fn iterates() -> Result<impl Iterator<Item = u32>, u32> {
    Ok(std::iter::empty())
}

#[instrumented(ends_with = "stream")]
fn nothing_returned() {}

#[instrumented(end_with = "stream")]
fn misspelled() -> u32 {
    1
}

fn main() {
    nothing();
    word();
    number();
    Cart.line();
    kinds();
    no_stream();
    let _ = iterates();
    nothing_returned();
    misspelled();
    never();
}
