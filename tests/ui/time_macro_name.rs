use tachometer::time;

fn main() {
    time!(3, 1);
}
