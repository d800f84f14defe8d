use tachometer::instrumented;

#[instrumented(labels(module = "m", le = "1", __name = "n"))]
fn reserved() {}

#[instrumented(labels(tier = "gold", tier = "silver"))]
fn repeated() {}

#[instrumented(labels(tenant = tenant.to_owned()))]
fn evaluated(tenant: &str) {
    let _ = tenant;
}

#[instrumented(labels(größe = 1, share = 0.5))]
fn of_wrong_form() {}

fn main() {
    reserved();
    repeated();
    evaluated("a");
    of_wrong_form();
}
