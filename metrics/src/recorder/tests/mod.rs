#[cfg(loom)]
mod differences_loom;
#[cfg(not(loom))]
mod exemplars;
#[cfg(loom)]
mod loom;
#[cfg(not(loom))]
mod machine;
