// The future is `'static`, its output need not be: a wrapper of it must ask for the latter as well.
use std::future::Future;
use std::pin::Pin;
use tachometer::instrumented;

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

trait Make<T> {
    fn make(&self) -> BoxFuture<T>;
}

struct Inner<T>(Box<dyn Make<T>>);

impl<T> Make<T> for Inner<T> {
    #[instrumented]
    fn make(&self) -> BoxFuture<T> {
        self.0.make()
    }
}

fn main() {}
