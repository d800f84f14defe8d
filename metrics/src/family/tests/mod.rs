#[cfg(not(loom))]
mod cached;
#[cfg(loom)]
mod loom;
