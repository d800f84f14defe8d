use tachometer::time;

fn main() {
    let numbers = time!("read", (0..3).collect());
    let _: Vec<u32> = numbers;
}
