use tachometer::time;

fn main() {
    time!("", 1);
}
