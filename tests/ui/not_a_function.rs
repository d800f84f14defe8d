use tachometer::instrumented;

#[instrumented]
struct Data;

#[instrumented]
pub enum Kind {
    One,
}

#[instrumented]
mod inner {}

#[instrumented]
trait Shape {
    fn area(&self) -> f64;
}

#[instrumented]
static COUNT: u32 = 0;

fn main() {
    let _ = (Data, Kind::One, COUNT);
}
