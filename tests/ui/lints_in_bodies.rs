#![deny(unreachable_code, unused_variables, unused_mut, unused_must_use, unused_assignments)]

use tachometer::instrumented;

fn fallible() -> Result<(), String> {
    Ok(())
}

#[instrumented]
fn sync() -> u32 {
    return 1;
    fallible().unwrap();
}

#[instrumented]
async fn later() {
    let mut unchanged = 1;
    fallible();
    assert_eq!(unchanged, 1);
}

#[instrumented]
fn in_place() -> impl Sized {
    let unused = 1;
    fallible();
}

#[instrumented]
fn future() -> impl Future<Output = u32> {
    let unused = 1;
    async { 1 }
}

struct Cart;

#[instrumented]
impl Cart {
    fn method(self: Box<Self>, unused: u32) {
        fallible();
    }
}

fn main() {
    let _ = (sync(), later(), in_place(), future());
    Box::new(Cart).method(1);
}
