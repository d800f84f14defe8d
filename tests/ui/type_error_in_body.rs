use tachometer::instrumented;

#[instrumented]
fn sync() -> Result<u32, String> {
    let number: u32 = "one";
    Ok(number)
}

#[instrumented]
async fn later() -> u32 {
    "two"
}

#[instrumented]
fn unused(argument: u32) -> Result<(), String> {
    #![deny(unused_variables, unused_must_use)]
    sync();
    Ok(())
}

fn main() {
    let _ = (unused(1), later());
}
