#![allow(unused_variables)]

use tachometer::instrumented;

struct Tenant(String);

#[instrumented(labels(tenant = tenant))]
fn no_value(tenant: &Tenant) -> usize {
    tenant.0.len()
}

#[instrumented(labels(tier = "gold", share = share * 2.0))]
async fn no_value_either(share: f64) {}

#[instrumented(labels(tenant = find(tenant)?))]
fn returns(tenant: &str) -> Option<()> {
    None
}

#[instrumented(labels(tenant = if tenant.is_empty() { return } else { tenant }))]
fn returns_too(tenant: &str) {}

#[instrumented(labels(tenant = load().await))]
async fn awaits() {}

fn find(tenant: &str) -> Option<&str> {
    Some(tenant)
}

async fn load() -> u8 {
    1
}

fn main() {}
