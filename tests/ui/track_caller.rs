use tachometer::instrumented;

struct Cart;

impl Cart {
    #[instrumented]
    #[track_caller]
    fn checkout(&self) -> Result<(), String> {
        Ok(())
    }
}

fn main() {
    let _ = Cart.checkout();
}
