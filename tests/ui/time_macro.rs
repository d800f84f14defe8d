use tachometer::time;

fn main() {
    let name = "read";
    time!(name, 1);
    time!("read");
    time!("read", 1, 2);
}
