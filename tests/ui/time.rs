use tachometer::instrumented;

#[instrumented(time = "cpu")]
async fn unknown() {}

#[instrumented(time = busy)]
async fn no_string() {}

#[instrumented(time)]
async fn nothing() {}

#[instrumented(time = "wall", time = "busy")]
async fn twice() {}

#[instrumented(time = "busy")]
fn not_async() {}

#[instrumented(time = "never")]
fn not_async_either() {}

struct Cart;

#[instrumented(time = "lazy")]
impl Cart {
    fn add(&mut self) {}

    #[instrumented(time = "busy")]
    fn remove(&mut self) {}
}

fn main() {
    drop((unknown(), no_string(), nothing(), twice()));
    not_async();
    not_async_either();
    Cart.add();
    Cart.remove();
}
