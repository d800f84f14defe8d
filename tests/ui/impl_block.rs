use tachometer::instrumented;

struct Cart;

#[instrumented]
impl Cart {
    #[instrumented(unknown)]
    fn add(&self) {}

    #[instrumented = "x"]
    fn remove(&self) {}

    #[instrumented]
    #[cfg_attr(all(), instrumented(skip))]
    fn hidden(&self) {}
}

fn main() {
    Cart.add();
    Cart.remove();
    Cart.hidden();
}
