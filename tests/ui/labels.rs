use tachometer::instrumented;

#[instrumented(labels(module = "m", le = "1", __name = "n"))]
fn reserved() {}

#[instrumented(labels(tier = "gold", tier = "silver"))]
fn repeated() {}

#[instrumented(labels(größe = 1, share = 0.5))]
fn of_wrong_form() {}

fn main() {
    reserved();
    repeated();
    of_wrong_form();
}
