//! Rarer shapes: receivers, futures, traits, what macros make, bodies, attributes. Not formatted, as `compact`.
#![allow(dead_code, unused_mut, clippy::pedantic, clippy::all, reason = "what compiles, without a warning of the compiler's, is the test")]

pub(crate) mod receivers {
    use tachometer::instrumented;
    use std::{pin::Pin, rc::Rc, sync::Arc, future::Future, fmt::{Display, Debug}};
    struct S<T>(Vec<T>);
    #[instrumented]
    impl<T: Debug> S<T> {
        fn r1(self: &Self) -> usize { self.0.len() }
        fn r2(self: &mut Self) -> &mut T { &mut self.0[0] }
        fn r3(self: Rc<Self>) -> usize { self.0.len() }
        fn r4(self: Pin<Box<Self>>) -> usize { self.0.len() }
        fn r5(mut self: Box<Self>) -> Box<Self> { self.0.clear(); self }
        fn r6<'a>(mut self: &'a mut Self, o: &'a mut Self) -> &'a mut T { if self.0.is_empty() { self = o } &mut self.0[0] }
        fn r7(self: &Arc<Self>) -> usize { self.0.len() }
        fn r8(self: Pin<&mut Self>) -> &mut T where T: Unpin { &mut self.get_mut().0[0] }
        fn r9(self: Pin<&Self>) -> usize { self.0.len() }
        fn r10(self: &Box<Self>) -> usize { self.0.len() }
        async fn a1(self: &Self) -> usize { self.0.len() }
        async fn a2(self: &mut Self) -> &mut T { &mut self.0[0] }
        async fn a3(self: Rc<Self>) -> usize { self.0.len() }
        async fn a4(self: Pin<Box<Self>>) -> usize { self.0.len() }
        async fn a5(mut self: Box<Self>) -> Box<Self> { self.0.clear(); self }
        async fn a6<'a>(mut self: &'a mut Self, o: &'a mut Self) -> &'a mut T { if self.0.is_empty() { self = o } &mut self.0[0] }
        async fn a7(self: &Arc<Self>) -> usize { self.0.len() }
        async fn a8(self: Pin<&mut Self>) -> usize { self.0.len() }
        async fn a9(mut self) -> Self { self.0.clear(); self }
        async fn a10(self: Arc<Self>, x: impl Display, y: &str) -> Result<String, std::fmt::Error> { Ok(format!("{x}{y}")) }
        async fn two<'a, 'b, U>(&'a self, o: &'b U, _: &str) -> (&'a T, &'b U) { (&self.0[0], o) }
        fn f1(&mut self) -> impl Future<Output = &mut T> { std::future::ready(&mut self.0[0]) }
        fn f2<'a>(&'a mut self) -> impl Future<Output = usize> + 'a { async move { self.0.clear(); 1 } }
        fn f3(&self) -> impl Future<Output = Result<u8, Box<dyn std::error::Error>>> { async { Err("x".into()) } }
        fn f4(&self) -> impl Future<Output = Result<u8, String>> + use<'_, T> { async { Ok(1) } }
        fn f5(&mut self) -> Pin<Box<dyn Future<Output = &mut T> + '_>> { Box::pin(async { &mut self.0[0] }) }
        fn f6(&mut self) -> Pin<Box<dyn Future<Output = &mut T> + '_>> { Box::pin(std::future::ready(&mut self.0[0])) }
    }
    #[instrumented]
    fn g1() -> impl Future<Output = Result<u8, std::io::Error>> + Send { async { Ok(1) } }
    #[instrumented]
    fn g2() -> impl Future<Output = Vec<u8>> { async { Default::default() } }
    #[instrumented]
    fn g3() -> impl Future<Output = u8> + Unpin { std::future::ready(1) }
    #[instrumented]
    fn g4() -> impl Future<Output = impl Display> { async { 1 } }
    #[instrumented]
    fn g5() -> impl Future<Output = ()> { async {} }
    #[instrumented]
    fn g6() -> impl Future { async {} }
    #[instrumented]
    fn g7() -> impl Future<Output = Result<Vec<u32>, std::num::ParseIntError>> { async { "1".split(',').map(|x| x.parse()).collect() } }
    #[instrumented]
    fn g8(n: u32) -> impl Future<Output = Result<u32, Box<dyn std::error::Error + Send + Sync>>> + Send { async move { let x: u8 = n.try_into()?; Ok(x.into()) } }
    #[instrumented]
    fn g9<'a>(n: u32, s: &'a str) -> Pin<Box<dyn Future<Output = u32> + Send + 'a>> { if n == 0 { return Box::pin(async { 0 }) } Box::pin(async move { g9(n - 1, s).await + s.len() as u32 }) }
    #[instrumented]
    fn g10(n: u8) -> Pin<Box<impl Future<Output = Result<u8, u8>> + Send>> { Box::pin(async move { Ok(n) }) }
    type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
    type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
    #[instrumented]
    fn g11(n: &mut u8) -> LocalBoxFuture<'_, Result<&mut u8, String>> { Box::pin(async move { *n += 1; Ok(n) }) }
    #[instrumented]
    fn g12<T: Send + 'static>(n: T) -> BoxFuture<'static, Result<T, String>> { Box::pin(async move { Ok(n) }) }
}

pub(crate) mod traits_and_macros {
    use tachometer::instrumented;
    use std::{fmt::{Display, Debug}, future::Future};
    trait Tr<'a, T: ?Sized> { type Out; const K: u8; fn a(&self, t: &'a T) -> Self::Out; fn b(self) -> Result<Self::Out, u8> where Self: Sized;
      #[instrumented] fn c(&mut self, x: Self::Out) -> Option<Self::Out> where Self: Sized { Some(x) }
      #[instrumented] async fn d(&mut self, x: Self::Out) -> Result<Self::Out, Self::Out> where Self: Sized { Ok(x) }
      #[instrumented] fn e(&self) -> ! { panic!() }
      #[instrumented] fn f(self: Box<Self>) -> u8 { 1 }
      #[instrumented] async fn g() -> u8 where Self: Sized { Self::K }
      #[instrumented] fn h(&self) -> impl Iterator<Item = u8> + '_ where Self: Sized { std::iter::once(Self::K) }
      #[instrumented] fn i(&self) -> impl Future<Output = Result<u8, ()>> + Send where Self: Sync + Sized { async { Ok(Self::K) } }
    }
    struct W<const N: usize, T>([T; N]);
    #[instrumented]
    impl<'a, T, const N: usize> Tr<'a, [T]> for W<N, T> where T: Clone + 'a, [T; N]: Debug { type Out = Vec<T>; const K: u8 = { 3 };
      fn a(&self, t: &'a [T]) -> Self::Out { t.to_vec() }
      fn b(self) -> Result<Self::Out, u8> { Ok(self.0.to_vec()) }
    }
    #[instrumented]
    impl W<{ 1 + 2 }, u8> { fn braces(&self) -> usize { self.0.len() } }
    #[instrumented]
    impl<T> W<{ 2 + 2 }, T> where T: Into<u32> { fn braces4(self) -> usize { self.0.len() } }
    trait At { async fn x(&self, s: &str) -> Result<&str, String>; fn y(&self) -> impl Future<Output = u8> + Send; fn z(&self) -> impl Iterator<Item = u8>; }
    #[instrumented]
    impl At for u8 { async fn x(&self, s: &str) -> Result<&str, String> { Err(s.to_owned()) } async fn y(&self) -> u8 { *self } fn z(&self) -> impl Iterator<Item = u8> { std::iter::once(*self) } }
    impl At for u16 { #[instrumented] async fn x(&self, s: &str) -> Result<&str, String> { Err(s.to_owned()) } #[instrumented] fn y(&self) -> impl Future<Output = u8> + Send { async { 1 } } #[instrumented] fn z(&self) -> impl Iterator<Item = u8> { std::iter::once(1) } }


    macro_rules! mk {
      ($(#[$m:meta])* $v:vis fn $n:ident $(<$l:lifetime>)? ($p:pat => $t:ty) -> $r:ty $b:block) => { $(#[$m])* #[instrumented] $v fn $n $(<$l>)? ($p: $t) -> $r $b };
    }
    mk!(/// Doc
     #[inline] #[must_use] pub fn mk1((a, b) => (u8, u8)) -> Result<u8, String> { Ok(a + b) });
    mk!(fn mk2(mut x => u8) -> u8 { x += 1; x });
    mk!(fn mk3(x => u8) -> u8 { if x > 1 { return 1 } x });
    mk!(fn mk4<'a>(_ => &'a str) -> impl Iterator<Item = u8> { std::iter::once(1) });
    mk!(fn mk5(_ => u8) -> ! { loop {} });
    macro_rules! mka {
      ($n:ident, $p:pat, $t:ty, $r:ty, $b:block) => { #[instrumented] async fn $n($p: $t) -> $r $b };
    }
    mka!(mka1, x, &str, Result<usize, String>, { Ok(x.len()) });
    mka!(mka2, (x, mut y), (&str, u8), usize, { y += 1; x.len() + y as usize });
    macro_rules! meth {
      ($t:ty, $n:ident, $s:ident, $r:ty, $e:expr) => { #[instrumented] impl $t { fn $n(&mut $s) -> $r { $e } async fn later(&$s) -> $r where $r: Default { Default::default() } } 
         impl $t { #[instrumented] fn lone(mut $s) -> $r { $e } #[instrumented] async fn lone2(mut $s: Box<Self>) -> $r { $e } } };
    }
    struct M(u8);
    meth!(M, get, self, u8, { self.0 += 1; self.0 });
    macro_rules! hyg { ($n:ident, $e:expr) => { #[instrumented] fn $n(value: u32) -> u32 { let x = value; x + $e } #[instrumented(labels(v = value))] fn hyg_l(value: u32) -> u32 { value } } }
    hyg!(hy, 3);
    macro_rules! items { ($($i:item)*) => { $(#[instrumented] $i)* } }
    items! { fn it1(x: u8) -> u8 { x } async fn it2(x: &u8) -> &u8 { x } impl M { fn it3(&self) -> u8 { self.0 } } }
    macro_rules! passes { ($($t:tt)*) => { $($t)* } }
    passes! { #[instrumented] fn pas(x: u8) -> Result<u8, ()> { Ok(x) } #[instrumented] impl W<{ 2 + 3 }, u8> { async fn pas2(&self) {} } }
    macro_rules! err { ($e:ty) => { #[instrumented] fn errf() -> Result<u8, $e> { Err(Default::default()) } #[instrumented] fn errg() -> std::result::Result<u8, $e> { let _: u8 = "3".parse().map_err(|_| <$e>::default())?; Ok(1) } } }
    err!(String);
    macro_rules! receiver { ($r:ty) => { impl M { #[instrumented] fn rc(self: $r) -> u8 { self.0 } } } }
    receiver!(Box<Self>);

    #[instrumented] fn early<'a: 'a, T: 'a>(x: &'a T) -> &'a T { x }
    #[instrumented] async fn a_early<'a: 'a, 'b: 'a, T: 'a>(x: &'a T, y: &'b T) -> &'a T { let _ = y; x }
    #[instrumented] async fn elided(a: &str, b: &str, c: &mut Vec<String>) { c.push(a.to_owned() + b) }
    #[instrumented] async fn cap<'a>(a: &'a str, _: std::cell::Ref<'_, u8>) -> std::borrow::Cow<'a, str> { a.into() }
    #[instrumented] async fn hr(f: Box<dyn for<'a> Fn(&'a str) -> &'a str + Send>) -> Box<dyn for<'a> Fn(&'a str) -> &'a str + Send> { Box::new(move |s| f(s).trim()) }
    #[instrumented] fn wherehr<F>(f: F) -> usize where for<'a> F: Fn(&'a str) -> &'a str { f("x").len() }
    #[instrumented] fn cg<const N: usize, const B: bool>() -> [bool; N] { [B; N] }
    #[instrumented] fn tup() -> (impl Iterator<Item = impl Display>, u8) { ([1, 2].into_iter(), 1) }
    #[instrumented] fn tup_closure() -> (impl Fn(&str) -> &str, u8) { (|s| s.trim(), 1) }
    #[instrumented] fn arr_op() -> [impl Debug; 2] { [1, 2] }
    #[instrumented] async fn a_tup() -> (impl Iterator<Item = impl Display>, u8) { ([1, 2].into_iter(), 1) }
    #[instrumented] async fn a_clos() -> impl Fn(u8) -> u8 { |s: u8| s }
    #[instrumented] fn ref_op<'a>(x: &'a Vec<u8>) -> &'a impl Debug { x }
    #[instrumented] fn ass<I: IntoIterator>(i: I) -> Option<<I::IntoIter as Iterator>::Item> { i.into_iter().next() }
    #[instrumented] async fn a_ass<I: Iterator>(mut i: I) -> <I as Iterator>::Item { i.next().unwrap() }
    #[instrumented] fn res_impl(x: u8) -> Result<impl Iterator<Item = u8>, impl Debug> { if x == 0 { return Err("x") } Ok(std::iter::once(1)) }
}

pub(crate) mod bodies {
    #![allow(unused, nonstandard_style, deprecated, unconditional_recursion)]
    use tachometer::instrumented;
    use std::{fmt::{Display, Debug}, future::Future, collections::HashMap, error::Error};
    #[instrumented] fn c1() -> Box<dyn Debug> { Box::new(1) }
    #[instrumented] fn c2(x: &u8) -> &dyn Debug { x }
    #[instrumented] fn c3() -> fn(u8) -> u8 { |x| x + 1 }
    #[instrumented] fn c4(x: &[u8; 3]) -> &[u8] { x }
    #[instrumented] fn c5(x: &String) -> &str { x }
    #[instrumented] fn c6() -> u8 { todo!() }
    #[instrumented] fn c7() -> Result<u8, String> { unimplemented!("x") }
    #[instrumented] async fn c8() -> Result<u8, String> { todo!() }
    #[instrumented] fn c9() -> u8 { loop {} }
    #[instrumented] fn c10() { loop {} }
    #[instrumented] async fn c11() { loop {} }
    #[instrumented] fn c12() -> HashMap<String, Vec<u8>> { [("a".into(), vec![])].into_iter().collect() }
    #[instrumented] fn c13() -> u64 { 1 << 40 }
    #[instrumented] async fn c14() -> u64 { 1 << 40 }
    #[instrumented] fn c15() -> f32 { 1. }
    #[instrumented] fn c16(v: &mut Vec<usize>) { v.push(v.len()) }
    #[instrumented] async fn c17(v: &mut Vec<usize>) { v.push(v.len()) }
    #[instrumented] fn c18(v: Vec<Vec<u8>>) -> Option<u8> { 'o: for a in &v { for b in a { if *b == 1 { continue 'o } if *b == 2 { break 'o } if *b == 3 { return Some(3) } } } let r = 'b: { if v.is_empty() { break 'b 1 } 2 }; Some(r) }
    #[instrumented] async fn c19(v: Vec<u8>) -> Result<u8, Box<dyn Error>> { for x in v { if x == 2 { return Ok(x) } let f = || -> Result<u8, std::num::ParseIntError> { let y = "1".parse::<u8>()?; Ok(y) }; f()?; } Err("no")? }
    #[instrumented] fn c20() -> Result<(), Box<dyn Error + Send + Sync>> { Err("x")? ; Ok(()) }
    #[instrumented] fn c21() -> Result<u8, Box<dyn Error>> { Ok("1".parse()?) }
    #[instrumented] async fn c22() -> Box<dyn Debug> { Box::new(1) }
    #[instrumented] async fn c23(x: &u8) -> &dyn Debug { x }
    #[instrumented] async fn c24() -> fn(u8) -> u8 { |x| x + 1 }
    #[instrumented] async fn c25(x: &[u8; 3]) -> &[u8] { x }
    #[instrumented] async fn c26(x: &String) -> &str { x }
    #[instrumented] fn c27() -> impl Debug { loop { if true { return 1 } } }
    #[instrumented] fn c28() -> Option<Box<dyn Fn(&str) -> usize>> { Some(Box::new(|s| s.len())) }
    #[instrumented] fn c29() -> Result<&'static [u8], ()> { Ok(&[1, 2]) }
    #[instrumented] fn c30(x: bool) -> Result<Box<dyn Iterator<Item = u8>>, String> { if x { return Ok(Box::new(std::iter::empty())) } Ok(Box::new(std::iter::once(1))) }
    #[instrumented] fn c31() { use std::fmt::Write; macro_rules! l { () => { return } } const K: u8 = 1; static ST: u8 = 2; fn i() {} struct Z; impl Z { fn q() {} } enum E { A } mod m { pub fn x() {} } l!() }
    #[instrumented] fn c32(r#type: u8, r#fn: &str) -> r#struct { r#struct { r#in: r#type } }
    #[allow(non_camel_case_types)] struct r#struct { r#in: u8 }
    #[instrumented] async fn r#await(r#type: r#struct) -> u8 { let r#struct { r#in } = r#type; r#in }
    #[instrumented] fn c33(x @ (a, b): (u8, u8), r#struct { r#in: z }: r#struct, ref w: String, ref mut q: u8, &v: &u8, _: u8, n @ 0..: u8) -> u8 { *q += 1; x.0 + a + b + z + *q + v }
    #[instrumented] async fn c34(x @ (a, b): (u8, u8), r#struct { r#in: z }: r#struct, ref w: String, ref mut q: u8, &v: &u8, _: u8) -> u8 { *q += 1; x.0 + a + b + z + *q + v }
    #[instrumented] fn c35(#[cfg(any())] a: Missing, #[cfg(all())] b: u8, #[allow(unused)] c: u8, #[cfg_attr(all(), allow(unused))] d: u8) -> u8 { b }
    #[instrumented] async fn c36(#[cfg(any())] a: Missing, #[cfg(all())] b: u8, #[allow(unused)] (c, _): (u8, u8)) -> u8 { b }
    #[instrumented] #[track_caller] fn c37(#[cfg(any())] a: Missing, #[cfg(all())] (b, c): (u8, u8), mut d: u8) -> Vec<u8> { d += 1; vec![b, c, d] }
    #[instrumented] fn c38() { #![allow(unused)] #![doc = "x"] let x = 1; }
    #[instrumented] async fn c39() -> u8 { #![allow(unused)] //! inner doc
     let x = 1; 2 }
    #[instrumented] extern "system" fn c45() {}
    #[instrumented] fn c46() -> impl Fn() -> Box<dyn Fn(&u8) -> u8> { || Box::new(|x| *x) }
    #[instrumented] fn c47(f: &mut dyn FnMut() -> u8, g: impl FnOnce(u8) -> u8) -> u8 { g(f()) }
    #[instrumented] fn c48<T>(x: T) -> T where T: Copy + std::ops::Add<Output = T> { x + x }
    #[instrumented] fn c49() -> std::ops::ControlFlow<u8> { std::ops::ControlFlow::Break(1)?; std::ops::ControlFlow::Continue(()) }
    #[instrumented] fn c50() -> std::task::Poll<Result<u8, String>> { let x = std::task::Poll::Ready(Ok::<u8, String>(1))?; x.map(Ok) }
    #[instrumented] fn c51() -> (u8, Result<u8, ()>) { (1, Err(())) }
    #[instrumented] async fn c52(v: Vec<u8>) -> Vec<u8> { let mut w = v; async { w.push(1) }.await; w }
    #[instrumented] async fn c53(n: u8) -> u8 { if n == 0 { return 0 } let f: std::pin::Pin<Box<dyn Future<Output = u8> + '_>> = Box::pin(c53(n - 1)); f.await }
    #[instrumented] fn c54<'s>(x: &'s str) -> Result<std::str::Split<'s, char>, &'s str> { Ok(x.split(',')) }
    #[instrumented] async fn c55(x: &std::sync::Mutex<Vec<u8>>) -> Option<u8> { match x.lock().unwrap().pop() { Some(y) => Some(y), None => None } }
    type Page<T> = Result<P<T>, String>; struct P<T: Display>(T);
    mod al { pub type Result<T> = std::result::Result<super::P<T>, String>; }
    #[instrumented] fn c58() -> Page<u8> { Ok(P(1)) }
    #[instrumented] #[must_use = "x"] async fn c60() -> u8 { 1 }
    #[instrumented] fn c61(self_: u8, Self_: u8) -> u8 { self_ }
    #[instrumented] fn c62(x: impl Into<String>) -> Result<String, impl Display> { let s: String = x.into(); if s.is_empty() { Err(1) } else { Ok(s) } }
    #[instrumented] fn c63() -> ! { std::process::exit(1) }
    #[instrumented] async fn c64() -> ! { loop { std::future::pending::<()>().await } }
    #[instrumented] #[track_caller] fn c65() -> ! { panic!() }
    #[instrumented] #[track_caller] fn c67() -> impl Debug { 1 }
    #[instrumented] fn c68<T: Default>() -> Result<T, T> { let x = T::default(); if true { Err(x) } else { Ok(x) } }
    #[instrumented] fn c69() -> &'static str { concat!("a", "b") }
    #[instrumented] fn c70(x: u8) -> Option<impl Debug + 'static> { let y = Some(x)?; Some(y) }
}
