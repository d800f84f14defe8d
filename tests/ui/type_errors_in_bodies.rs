use tachometer::instrumented;

struct Cart;

#[instrumented]
impl Cart {
    fn no_value(&self) -> u32 {
        1;
    }

    async fn no_value_later(&self) -> Result<u32, String> {
        Ok("two")
    }
}

#[instrumented]
fn in_place() -> impl Iterator<Item = u32> {
    let number: u32 = "three";
    std::iter::once(number)
}

#[instrumented]
fn future() -> impl Future<Output = Result<u32, String>> {
    async { Ok("four") }
}

#[instrumented]
#[track_caller]
fn tracked() -> Result<u32, String> {
    Ok("five")
}

macro_rules! made {
    ($name:ident, $body:block) => {
        #[instrumented]
        fn $name() -> u32 $body
    };
}
made!(by_macro, { "six" });

fn main() {
    let _ = (Cart.no_value(), Cart.no_value_later(), in_place(), future(), tracked(), by_macro());
}
