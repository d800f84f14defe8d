use tachometer::instrumented;

macro_rules! method {
    ($name:ident) => {
        fn $name(&self) {}
    };
}

struct Cart;

#[instrumented]
impl Cart {
    method!(made);

    #[instrumented(unknown)]
    fn add(&self) {}

    #[instrumented = "x"]
    fn remove(&self) {}

    #[cfg_attr(all(), instrumented(skip))]
    fn hidden(&self) {}
}

fn main() {
    Cart.made();
    Cart.add();
    Cart.remove();
    Cart.hidden();
}
