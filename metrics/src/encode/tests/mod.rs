#[cfg(feature = "json")]
mod json;
#[cfg(feature = "json")]
mod random;
