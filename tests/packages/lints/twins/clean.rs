//! Functions that provoke no lint.

#[cfg(feature = "annotated")]
use tachometer::instrumented;

/// A function with a `Result`.
///
/// # Errors
/// If `text` is not a number.
#[cfg_attr(feature = "annotated", instrumented(name = "parse", labels(tier = "gold")))]
pub fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
    let number: u32 = text.trim().parse()?;
    if number == 0 {
        return Ok(1);
    }
    Ok(number)
}

#[cfg_attr(feature = "annotated", instrumented(labels(name = name)))]
fn labelled(name: &str, mut numbers: Vec<u32>) -> Vec<u32> {
    numbers.push(u32::try_from(name.len()).unwrap_or(u32::MAX));
    numbers
}

#[cfg_attr(feature = "annotated", instrumented)]
fn generic<T: AsRef<str> + ?Sized, const N: usize>(text: &T, numbers: [u32; N]) -> usize {
    text.as_ref().len() + numbers.len()
}

#[cfg_attr(feature = "annotated", instrumented)]
fn patterns((left, _): (u32, u32), [first, ..]: [u32; 3], _ignored: u32) -> u32 {
    left + first
}

#[cfg_attr(feature = "annotated", instrumented)]
fn few_letters(a: u32, b: u32, c: u32) -> u32 {
    let d = a + b;
    c + d
}

#[cfg_attr(feature = "annotated", instrumented)]
fn never_returns(code: i32) -> ! {
    std::process::exit(code)
}

#[cfg_attr(feature = "annotated", instrumented(ok_if = |number| *number > 0))]
fn decided(number: u32) -> u32 {
    number.saturating_sub(1)
}

#[cfg_attr(feature = "annotated", instrumented)]
async fn later(number: u32) -> Result<u32, String> {
    let number = std::future::ready(number).await;
    if number == 0 { Err(String::from("nothing")) } else { Ok(number) }
}

#[cfg_attr(feature = "annotated", instrumented)]
fn future(number: u32) -> impl Future<Output = u32> + Send {
    let twice = number * 2;
    std::future::ready(twice)
}

#[cfg_attr(feature = "annotated", instrumented)]
fn iterator(numbers: &[u32]) -> impl Iterator<Item = u32> {
    numbers.iter().map(|number| number + 1)
}

#[derive(Debug, Default)]
struct Cart {
    prices: Vec<u32>,
}

#[cfg_attr(feature = "annotated", instrumented)]
impl Cart {
    fn add(&mut self, price: u32) -> &mut Self {
        self.prices.push(price);
        self
    }

    fn take(mut self, price: u32) -> Vec<u32> {
        self.prices.retain(|other| *other != price);
        self.prices
    }

    fn sum(&self) -> u32 {
        self.prices.iter().sum()
    }

    async fn waits(&self) -> u32 {
        std::future::ready(()).await;
        self.sum()
    }
}

/// Counts down.
struct Guard(u32);

#[cfg_attr(feature = "annotated", instrumented)]
impl Drop for Guard {
    fn drop(&mut self) {
        self.0 -= 1;
    }
}

/// Calls the others.
#[must_use]
pub async fn calls() -> u32 {
    let _guard = Guard(1);
    let mut cart = Cart::default();
    cart.add(1).add(2);
    let _ = few_letters(1, 2, 3);
    let numbers = labelled("numbers", vec![parse("1").unwrap_or_default(), decided(2)]);
    let sum = later(1).await.unwrap_or_default() + future(1).await + cart.waits().await;
    if sum == 0 {
        never_returns(1);
    }
    let count = iterator(&numbers).sum::<u32>() + patterns((1, 2), [1, 2, 3], 4);
    count + sum + u32::try_from(generic("text", [1]) + cart.take(1).len()).unwrap_or_default()
}
