use tachometer::{ErrorKind, instrumented};

#[instrumented(error_kind = |_| "kind")]
impl Cart {
    fn add() -> Result<(), u32> {
        Ok(())
    }
}

struct Cart;

#[instrumented(error_kind = |_| "kind")]
fn nothing() {}

#[instrumented(error_kind = |_| "kind")]
fn no_result() -> String {
    String::new()
}

#[derive(ErrorKind)]
union Union {
    number: u32,
}

#[derive(ErrorKind)]
enum Transparent {
    #[error_kind(transparent)]
    None,
    #[error_kind(transparent)]
    Two(u32, u32),
}

#[derive(ErrorKind)]
enum Names {
    #[error_kind("")]
    Empty,
    #[error_kind(name = "other")]
    Named,
}

#[derive(ErrorKind)]
#[error_kind("whole")]
enum Whole {
    One,
}

fn main() {}
