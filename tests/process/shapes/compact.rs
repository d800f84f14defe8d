//! Shapes written on one line, where the compiler would call braces unnecessary, and some rarer ones. Not formatted.
#![allow(dead_code, clippy::pedantic, clippy::all, reason = "what compiles, without a warning of the compiler's, is the test")]

use tachometer::instrumented;
use std::future::Future;
#[instrumented]
async fn two(a: &str, b: &mut Vec<u8>) -> usize { b.push(1); a.len() + b.len() }
#[instrumented]
async fn dynamic(a: &dyn Fn(&str) -> usize, f: impl AsyncFn(u8) -> u8, g: impl Fn(&str)) -> usize { g("x"); a("x") + f(1).await as usize }
trait Shape { fn a(&self) -> u8; 
 #[instrumented] fn sized(self) -> u8 where Self: Sized { self.a() }
 #[instrumented] fn unsized_(&self) -> Option<u8> { Some(self.a()) }
}
trait Later { fn a(&self) -> u8; #[instrumented] async fn later(&self) -> Result<u8, ()> where Self: Sync { Ok(self.a()) } }
#[instrumented]
impl dyn Shape { fn on_dyn(&self) -> u8 { self.a() } }
#[instrumented]
impl<'a, T: ?Sized + Shape> Shape for &'a T { fn a(&self) -> u8 { (**self).a() } }
struct It<'a> { s: &'a [u8] }
#[instrumented]
impl<'a> Iterator for It<'a> { type Item = &'a u8; fn next(&mut self) -> Option<Self::Item> { let (a, b) = self.s.split_first()?; self.s = b; Some(a) } }
#[instrumented]
impl std::fmt::Display for It<'_> { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "{}", self.s.len()) } }
#[instrumented]
impl Drop for It<'_> { fn drop(&mut self) {} }
#[instrumented]
impl std::ops::Index<usize> for It<'_> { type Output = u8; fn index(&self, i: usize) -> &u8 { &self.s[i] } }
#[instrumented]
impl std::ops::Deref for It<'_> { type Target = [u8]; fn deref(&self) -> &[u8] { self.s } }
struct Fut;
#[instrumented]
impl Future for Fut { type Output = u8; fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<u8> { std::task::Poll::Ready(1) } }
#[instrumented]
fn closure_arg<F>(f: F) -> F::Output where F: Future { drop(f); panic!() }
#[instrumented]
fn hr<'x>(f: &'x dyn for<'a> Fn(&'a str) -> &'a str) -> impl Fn(&str) -> String + 'x { move |s| f(s).to_owned() }
#[instrumented]
fn infer() -> Vec<u8> { Default::default() }
#[instrumented]
fn collects(s: &str) -> Result<Vec<u32>, std::num::ParseIntError> { s.split(',').map(|x| x.parse()).collect() }
#[instrumented]
fn try_into(x: u32) -> Result<u8, Box<dyn std::error::Error>> { Ok(x.try_into()?) }
#[instrumented]
async fn a_try_into(x: u32) -> Result<u8, Box<dyn std::error::Error + Send + Sync>> { let y = x.try_into()?; Ok(y) }
#[instrumented]
fn fnptr(f: fn(&str) -> usize) -> fn(&str) -> usize { f }
#[instrumented]
fn loops() -> u32 { loop { break 3; } }
#[instrumented]
fn diverges() -> u32 { std::process::exit(1) }
#[instrumented]
fn diverging_body() -> Result<(), String> { panic!() }
#[instrumented]
async fn a_diverging_body() -> Result<(), String> { panic!() }
#[instrumented]
async fn a_loop() -> u8 { loop { std::future::pending::<()>().await } }
#[instrumented]
pub(crate) fn tail_temp(m: &std::sync::Mutex<Vec<u8>>) -> usize { m.lock().unwrap().len() }
#[instrumented]
async fn a_tail_temp(m: &std::cell::RefCell<Vec<u8>>) -> usize { m.borrow().len() }
#[instrumented]
fn ret_ref<'a>(x: &'a mut Option<Box<u8>>) -> Option<&'a mut u8> { x.as_deref_mut() }
#[instrumented]
fn shadow(x: u8) -> u8 { let x = x + 1; x }
#[instrumented]
fn consts<const N: usize>() -> [u8; N] { const K: u8 = 3; [K; N] }
mod m { #[tachometer::instrumented] pub(in crate::compact::m) fn v() -> Result<(), ()> { Ok(()) } pub fn c() { v().unwrap() } }
#[instrumented]
#[cold] #[inline(never)] #[doc(hidden)] #[deprecated]
pub fn attrs() {}
#[instrumented]
pub extern "C" fn c_abi(x: i32) -> i32 { x }
struct B<T>(T);
#[instrumented]
impl<T> B<T> where T: Clone + 'static { pub fn b(&self) -> Box<dyn Fn() -> T + '_> { Box::new(|| self.0.clone()) } pub async fn c(self) -> T { self.0 } pub fn s(x: T) -> Self { Self(x) } pub fn opt(&mut self) -> Option<&mut T> { Some(&mut self.0) } }
#[instrumented]
async fn send_it(x: std::sync::Arc<u8>) -> Result<u8, std::io::Error> { two("", &mut vec![]).await; Ok(*x) }
fn spawn(f: impl Future + Send + 'static) { drop(f) }
pub fn check() { spawn(send_it(std::sync::Arc::new(1))); spawn(async { send_it(std::sync::Arc::new(1)).await }); }
#[instrumented]
fn tuple_self((a, b): (u8, String), B(x): B<u8>, [h, ..]: [u8; 3], ref r: String, n @ 0..=255: u8) -> usize { a as usize + b.len() + x as usize + h as usize + r.len() + n as usize }
#[instrumented]
fn owned_tail(m: std::sync::Mutex<Vec<u8>>) -> usize { m.lock().unwrap().len() }
#[instrumented]
async fn a_owned_tail(m: std::cell::RefCell<Vec<u8>>) -> usize { m.borrow().len() }
#[instrumented]
fn one_line_opaque(x: u8) -> impl Iterator<Item = u8> { std::iter::once(x) }
#[instrumented]
fn lints_stay(x: u8) -> u8 { x }
#[instrumented(labels(kind = if *a { "x" } else { "y" }, len = b.len(), sum = c + d.0))]
fn labelled<T>(a: &bool, b: &[T], c: u8, d: (u8,)) -> Result<u8, ()> where T: Sized { Ok(c) }
#[instrumented(labels(a = a, b = b, c = c))]
async fn labelled_later(&(a, ref b): &(u8, String), mut c: i64) -> usize { c += 1; b.len() + a as usize + c as usize }
#[instrumented(labels(a = a))]
async fn never_labelled(a: u8) -> ! { loop { std::future::pending::<()>().await } }
#[instrumented(labels(a = a, n = n))] #[track_caller]
fn tracked_labelled(a: u8, (n, _): (u8, u8)) -> Result<u8, ()> { Ok(1) }
#[instrumented(labels(here = N, text = self.0))]
impl<const N: usize> Labelled<N> { fn sync(&self) {} async fn later(self) -> String { self.0 } fn opaque(self: Box<Self>) -> impl Sized { self } }
struct Labelled<const N: usize>(String);
