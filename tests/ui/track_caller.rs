use tachometer::instrumented;

struct Cart;

type Checked = std::io::Result<()>;

impl Cart {
    #[instrumented]
    #[track_caller]
    fn checkout(&self) -> Checked {
        Ok(())
    }

    #[instrumented]
    #[track_caller]
    fn each(&self) -> Result<impl Iterator<Item = u8>, ()> {
        Ok(std::iter::empty())
    }

    #[instrumented(ok_if = Option::is_some)]
    #[track_caller]
    fn first(&self) -> Option<u8> {
        None
    }
}

struct Shelf<K>(K);

#[instrumented]
impl<K> Shelf<K> {
    #[track_caller]
    fn of(item: K) -> Result<Shelf<K>, ()> {
        Ok(Shelf(item))
    }
}

fn main() {
    let _ = Cart.checkout();
    let _ = Cart.each();
    Cart.first();
    let _ = Shelf::of(1);
}
