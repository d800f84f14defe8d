use tachometer::ErrorKind;

#[derive(ErrorKind)]
enum Failure {
    #[error_kind(transparent)]
    Text(String),
}

fn main() {
    let _ = Failure::Text(String::new());
}
