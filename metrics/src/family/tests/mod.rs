#[cfg(not(loom))]
mod cached;
#[cfg(loom)]
mod loom;
#[cfg(not(loom))]
mod sharing;
