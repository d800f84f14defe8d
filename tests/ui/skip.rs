#![deny(warnings)]

use tachometer::instrumented;

struct Cart;

#[instrumented]
impl Cart {
    #[instrumented(skip, name = "add", sample = 2)]
    fn add(&self) {}

    #[instrumented(skip = true)]
    fn remove(&self) {}

    #[instrumented(skip, skip)]
    fn pay(&self) {}
}

#[instrumented(skip)]
impl Cart {
    fn clear(&self) {}
}

impl Cart {
    #[instrumented(skip)]
    fn alone(&self) {}
}

fn main() {
    Cart.add();
    Cart.remove();
    Cart.pay();
    Cart.clear();
    Cart.alone();
}
