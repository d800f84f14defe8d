#[cfg(feature = "json")]
mod json;
