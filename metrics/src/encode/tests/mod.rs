#[cfg(feature = "json")]
mod json;
#[cfg(feature = "json")]
mod json_native;
#[cfg(feature = "json")]
mod random;
