//! A program whose report at its end has long names and all outcomes, for `.ci/check_terminal.py`.

use std::panic;
use tachometer::instrumented;

struct Orders;

#[instrumented]
impl Orders {
    fn charge_the_card_of_the_customer(number: u32) -> Result<u32, String> {
        if number.is_multiple_of(3) { Err("refused".to_owned()) } else { Ok(number) }
    }

    fn print_an_invoice_for_the_accountants_of_the_company(number: u32) -> u32 {
        assert!(number != 7, "no paper");
        number
    }
}

#[instrumented]
async fn wait_for_the_parcel_service() {
    std::future::pending::<()>().await;
}

fn main() {
    let _report = tachometer::report_on_exit();
    panic::set_hook(Box::new(|_| {}));
    for number in 0..100 {
        // What went wrong is counted.
        let _ = Orders::charge_the_card_of_the_customer(number);
        let _ = panic::catch_unwind(|| Orders::print_an_invoice_for_the_accountants_of_the_company(number));
    }
    let mut waiting = Box::pin(wait_for_the_parcel_service());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(waiting.as_mut().poll(&mut context).is_pending());
}
