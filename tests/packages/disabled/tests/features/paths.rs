fn main() {
    let _server = tachometer::serve("127.0.0.1:0");
    let _server = tachometer::Endpoint::new().serve("127.0.0.1:0");
}
