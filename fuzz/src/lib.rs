//! What the fuzz targets assert, each as a function of bytes: `fuzz_targets/` has libFuzzer call it, `tests/seeds.rs` calls
//! it with the seeds alone. A finding is a panic.
//!
//! Nothing here is the library's own logic again. Where something is said twice, it is said in another way: heads are cut
//! into lines, texts are read back.

mod content;
mod encode;
mod exposition;
mod json;
#[path = "../../tests/it/formats/protobuf/messages.rs"]
#[allow(dead_code, missing_docs, unreachable_pub, reason = "of the tests of the library")]
mod messages;
mod negotiation;
mod request;

pub use encode::encode;
pub use json::json;
pub use negotiation::negotiation;
pub use request::request;
