//! Methods of annotated blocks, and annotated methods.

#[cfg(feature = "annotated")]
use tachometer::instrumented;

fn fallible() -> Result<u32, String> {
    Ok(1)
}

/// What they are of.
#[derive(Debug, Clone)]
pub struct Cart(u32, String);

#[cfg_attr(feature = "annotated", instrumented)]
impl Cart {
    pub fn new() -> Self {
        Cart(1, String::new())
    }

    pub fn undocumented(&self) -> u32 {
        self.0
    }

    /// Without a section on errors.
    pub fn may_fail(&self, number: u32) -> Result<u32, String> {
        if number > 7 { Err(String::new()) } else { Ok(number) }
    }

    /// Without a section on panics.
    pub fn may_panic(&self, number: Option<u32>) -> u32 {
        number.unwrap() + self.0
    }

    fn never_called(&self) {}

    fn unused_self(&self, unused: u32, mut unchanged: u32) -> u32 {
        fallible();
        unchanged
    }

    fn into_number(&self) -> u32 {
        self.0
    }

    fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn reset(mut self, number: u32) {
        self = Cart(number, String::new());
    }

    fn reset_later(mut self, mut number: u32) -> u32 {
        let sum = number;
        number = 1;
        self.0 = 7;
        self = Cart(number, String::new());
        sum
    }

    fn lost(mut self) -> u32 {
        self.0 += 1;
        let mut number = 1;
        number = self.0; //~ silent: unused_assignments
        number = 3; //~ silent: unused_assignments
        self.0
    }

    fn lost_by_reference(&mut self) {
        let mut number = self.0;
        number = 3;
    }

    fn returned(&self) -> u32 {
        return self.0; //~ silent: needless_return
    }

    fn returned_early(&self) -> u32 {
        if self.0 > 3 {
            return 3;
        }
        let sum = self.0;
        return sum; //~ silent: needless_return
    }

    fn wrapped(&self) -> Option<u32> { //~ silent: unnecessary_wraps
        Some(self.0)
    }

    fn let_and_return(&self) -> u32 {
        let sum = self.0;
        sum
    }

    fn by_value(&self, text: String) -> usize { //~ silent: needless_pass_by_value
        text.len() + self.1.len()
    }

    fn many(&self, one: u8, two: u8, three: u8, four: u8, five: u8, six: u8, seven: u8) -> u32 {
        u32::from(one + two + three + four + five + six + seven) + self.0
    }

    pub fn next(&mut self) -> Option<u32> {
        if self.0 > 1 { None } else { Some(1) }
    }

    fn clones(&self) -> String {
        let text = self.1.clone();
        text.clone().to_string()
    }

    async fn later(&self, unused: u32) -> u32 { //~ silent: unused_async
        fallible();
        return self.0; //~ silent: needless_return
    }

    async fn waits(&self) -> u32 {
        let mut unchanged = self.later(1).await;
        return unchanged; //~ silent: needless_return
    }

    fn associated(unused: u32) -> u32 {
        1
    }

    fn generic<T: ToString>(&self, value: T) -> String { //~ silent: needless_pass_by_value
        let unused = self.0;
        value.to_string()
    }
}

/// Has annotated methods, but is not annotated as a whole.
#[derive(Debug)]
pub struct Basket;

impl Basket {
    #[cfg_attr(feature = "annotated", instrumented(name = "put"))]
    fn put(&self, unused: u32) -> Result<u32, String> {
        fallible();
        return fallible(); //~ silent: needless_return
    }

    #[cfg_attr(feature = "annotated", instrumented)]
    fn take(mut self) {
        self = Basket;
    }
}

/// A trait, of which a block is annotated.
pub trait Shop {
    /// Does something.
    fn open(&self, number: u32) -> u32;
}

#[cfg_attr(feature = "annotated", instrumented)]
impl Shop for Basket {
    fn open(&self, unused: u32) -> u32 {
        let mut unchanged = 1;
        return unchanged; //~ silent: needless_return
    }
}

/// Calls the others.
pub fn calls() {
    let mut cart = Cart::new();
    cart.unused_self(1, 2);
    cart.into_number();
    cart.returned();
    cart.returned_early();
    cart.wrapped();
    cart.let_and_return();
    cart.by_value(String::new());
    cart.many(1, 2, 3, 4, 5, 6, 7);
    cart.clones();
    cart.generic(1);
    drop(cart.waits());
    Cart::associated(1);
    cart.clone().reset(1);
    cart.clone().reset_later(1);
    cart.clone().is_empty();
    cart.next();
    cart.clone().lost();
    cart.lost_by_reference();
    let _ = (Basket.put(1), Basket.take(), Basket.open(1));
}
