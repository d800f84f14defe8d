use tachometer::instrumented;

#[instrumented]
pub const fn two() -> u32 {
    2
}

struct Cart;

#[instrumented]
impl Cart {
    const fn left_alone() -> u32 {
        2
    }

    #[instrumented(name = "asked_for")]
    const fn asked_for() -> u32 {
        2
    }
}

const FOUR: u32 = two() + Cart::asked_for() + Cart::left_alone();

fn main() {
    let _ = FOUR;
}
