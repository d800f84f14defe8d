//! What the targets assert holds for their seeds, and for what was made of these by small changes.

use std::fs;
use std::path::Path;

/// The target `name` on each of its seeds, and on each of them with one byte changed: each byte, or of many some.
fn run(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(name);
    let mut seeds = 0;
    for entry in fs::read_dir(&folder).expect("each target has a folder of seeds") {
        let seed = fs::read(entry.expect("it can be listed").path()).expect("a seed is a file");
        seeds += 1;
        target(&seed);
        for index in (0..seed.len()).step_by(seed.len() / 300 + 1) {
            for byte in [b'\n', seed[index] ^ 1] {
                let mut changed = seed.clone();
                changed[index] = byte;
                target(&changed);
            }
        }
    }
    assert!(seeds > 0, "{} is empty", folder.display());
}

#[test]
fn request() {
    run("request", tachometer_fuzz::request);
}

#[test]
fn negotiation() {
    run("negotiation", tachometer_fuzz::negotiation);
}

#[test]
fn encode() {
    run("encode", tachometer_fuzz::encode);
}

#[test]
fn json() {
    run("json", tachometer_fuzz::json);
}
