use tachometer::instrumented;

trait Shape {
    #[instrumented]
    fn area(&self) -> f64;

    // All mistakes are found here, too.
    #[instrumented(nme = "size", sample = 0)]
    async fn size(&self) -> f64;

    #[instrumented]
    const SIDES: u32;
}

unsafe extern "C" {
    #[instrumented]
    fn abs(number: i32) -> i32;

    #[instrumented]
    pub safe fn labs(number: i64) -> i64;
}

struct Square;

impl Shape for Square {
    const SIDES: u32 = 4;

    fn area(&self) -> f64 {
        1.0
    }

    async fn size(&self) -> f64 {
        1.0
    }
}

fn main() {
    Square.area();
    drop(Square.size());
    // SAFETY: any number but the smallest.
    unsafe { abs(1) };
    labs(i64::from(Square::SIDES));
}
