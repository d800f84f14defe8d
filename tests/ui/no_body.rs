use tachometer::instrumented;

trait Shape {
    #[instrumented]
    fn area(&self) -> f64;
}

struct Square;

impl Shape for Square {
    fn area(&self) -> f64 {
        1.0
    }
}

fn main() {
    Square.area();
}
