use tachometer::instrumented;

#[instrumented(labels(local = local))]
fn sees_arguments_alone() {
    let local = 1;
    let _ = local;
}

struct Cart;

#[instrumented(labels(tenant = tenant))]
impl Cart {
    fn with(tenant: &str) -> usize {
        tenant.len()
    }

    fn without() {}
}

fn main() {}
