//! Functions that are not async.

#[cfg(feature = "annotated")]
use tachometer::instrumented;

fn fallible() -> Result<u32, String> {
    Ok(1)
}

#[cfg_attr(feature = "annotated", instrumented)]
fn never_called() {}

#[cfg_attr(feature = "annotated", instrumented)]
fn arguments(unused: u32, mut unchanged: u32) -> u32 {
    unchanged
}

#[cfg_attr(feature = "annotated", instrumented(labels(tier = tier)))]
fn labelled(tier: &str, unused: u32, (left, right): (u32, u32)) -> usize {
    left as usize + tier.len()
}

#[cfg_attr(feature = "annotated", instrumented)]
fn variables() -> u32 {
    let unused = 1;
    let mut unchanged = 2;
    let mut lost = 3;
    lost = 4;
    unchanged
}

#[cfg_attr(feature = "annotated", instrumented)]
fn ignored() {
    fallible();
    fallible().is_ok();
    1 + 1;
    "text".len();
}

#[cfg_attr(feature = "annotated", instrumented)]
fn returned(number: u32) -> u32 {
    return number + 1; //~ silent: needless_return
}

#[cfg_attr(feature = "annotated", instrumented)]
fn returned_from_branches(number: u32) -> u32 {
    if number > 7 {
        return 1; //~ silent: needless_return
    } else {
        return 2; //~ silent: needless_return
    }
}

#[cfg_attr(feature = "annotated", instrumented)]
fn unreachable(number: u32) -> u32 {
    return number;
    fallible().unwrap_or(1)
}

#[cfg_attr(feature = "annotated", instrumented)]
fn wrapped(number: u32) -> Result<u32, String> { //~ silent: unnecessary_wraps
    Ok(number + 1)
}

#[cfg_attr(feature = "annotated", instrumented)]
fn wrapped_option(number: u32) -> Option<u32> { //~ silent: unnecessary_wraps
    Some(number + 1)
}

#[cfg_attr(feature = "annotated", instrumented)]
fn let_and_return(number: u32) -> u32 {
    let sum = number + 1;
    sum
}

#[cfg_attr(feature = "annotated", instrumented)]
fn by_value(text: String, numbers: Vec<u32>) -> usize { //~ silent: needless_pass_by_value
    text.len() + numbers.len()
}

#[cfg_attr(feature = "annotated", instrumented)]
fn by_reference(number: &u32, text: &String, numbers: &Vec<u32>, boxed: &Box<u32>) -> usize {
    *number as usize + text.len() + numbers.len() + **boxed as usize
}

#[cfg_attr(feature = "annotated", instrumented)]
fn boxed(number: Box<[u32; 4]>) -> u32 { //~ silent: boxed_local, needless_pass_by_value
    number[0]
}

#[cfg_attr(feature = "annotated", instrumented)]
fn many(one: u8, two: u8, three: u8, four: u8, five: u8, six: u8, seven: u8, eight: u8) -> u8 {
    one + two + three + four + five + six + seven + eight
}

#[cfg_attr(feature = "annotated", instrumented)]
fn flags(one: bool, two: bool, three: bool, four: bool) -> bool {
    one && two && three && four
}

#[cfg_attr(feature = "annotated", instrumented)]
fn lifetimes<'a>(text: &'a str) -> &'a str { //~ silent: needless_lifetimes
    text
}

#[cfg_attr(feature = "annotated", instrumented)]
fn unused_parameters<'a, T>(number: u32) -> u32 {
    number
}

#[cfg_attr(feature = "annotated", instrumented)]
fn generic<T: Clone>(value: T) -> (T, T)
where
    T: Copy,
{
    (value.clone(), value)
}

#[cfg_attr(feature = "annotated", instrumented)]
fn complex(value: &mut Vec<Option<Result<Vec<Option<(u32, String)>>, Vec<Option<(u32, String)>>>>>) {
    value.clear();
}

#[cfg_attr(feature = "annotated", instrumented)]
fn large_error(number: u32) -> Result<u32, [u64; 20]> { //~ twice: result_large_err
    if number > 7 { Err([1; 20]) } else { Ok(number) }
}

#[cfg_attr(feature = "annotated", instrumented)]
fn unit() -> () {
    let nothing = fallible().map(|_| ());
    let () = ();
    let unit = println!();
}

#[cfg_attr(feature = "annotated", instrumented)]
fn recursion(number: u32, passed_on: u32) -> u32 { //~ silent: only_used_in_recursion
    if number == 0 { 1 } else { recursion(number - 1, passed_on) }
}

#[cfg_attr(feature = "annotated", instrumented)]
fn endless(number: u32) -> u32 { //~ silent: only_used_in_recursion, unconditional_recursion
    endless(number + 1)
}

#[cfg_attr(feature = "annotated", instrumented)]
fn NotSnakeCase(NotEither: u32) -> u32 {
    NotEither
}

#[cfg_attr(feature = "annotated", instrumented)]
fn single_letters(a: u32, b: u32, c: u32, d: u32, e: u32) -> u32 {
    a + b + c + d + e
}

#[cfg_attr(feature = "annotated", instrumented)]
fn expressions(numbers: &[u32], option: Option<u32>, flag: bool) -> u32 {
    let mut sum = 0;
    for index in 0..numbers.len() {
        sum += numbers[index];
    }
    match option {
        Some(number) => sum += number,
        _ => {}
    }
    if flag == true {
        if sum > 3 {
            sum = 3;
        }
    }
    sum = sum + 1;
    let number = match option {
        Some(number) => number,
        None => return 0,
    };
    let copied = number.clone();
    let list: Vec<u32> = numbers.iter().map(|number| identity(number)).copied().collect();
    list.len() as u32 + copied
}

fn identity(number: &u32) -> &u32 {
    number
}

#[cfg_attr(feature = "annotated", instrumented)]
fn statements(number: u32) -> u32 {
    let sum = number + 1;
    fn inner() -> u32 {
        2
    }
    use std::mem;
    const ONE: u32 = 1;
    sum + inner() + ONE;
    sum
}

#[cfg_attr(feature = "annotated", instrumented)]
fn _underscored(_number: u32) -> u32 {
    _number + 1 //~ silent: used_underscore_binding
}

#[cfg_attr(feature = "annotated", instrumented)]
fn passed_through(text: &str) -> Result<u32, std::num::ParseIntError> {
    let number = match text.parse::<u32>() {
        Ok(number) => number,
        Err(error) => return Err(error),
    };
    Ok(text.parse::<u32>()?)
}

#[cfg_attr(feature = "annotated", instrumented)]
fn closure() -> u32 {
    let add = |one: u32, unused: u32| {
        return one + 1;
    };
    (|| 1)() + add(1, 2)
}

#[allow(unused_variables)]
#[cfg_attr(feature = "annotated", instrumented)]
fn allowed(unused: u32) {}

#[deprecated = "it is old"]
#[cfg_attr(feature = "annotated", instrumented)]
fn old() {}

#[must_use]
#[cfg_attr(feature = "annotated", instrumented)]
fn precious() -> u32 {
    1
}

#[must_use]
#[cfg_attr(feature = "annotated", instrumented)]
fn doubly() -> Result<u32, String> {
    fallible()
}

#[inline(always)]
#[cfg_attr(feature = "annotated", instrumented)]
fn always() {}

#[cfg_attr(feature = "annotated", instrumented)]
pub fn undocumented(number: u32) -> u32 {
    number
}

/// Returns a number, without the section on errors.
#[cfg_attr(feature = "annotated", instrumented)]
pub fn may_fail(number: u32) -> Result<u32, ()> {
    if number > 7 { Err(()) } else { Ok(number) }
}

/// Panics, without the section on panics.
#[cfg_attr(feature = "annotated", instrumented)]
pub fn may_panic(number: Option<u32>) {
    number.unwrap();
    assert!(number.is_some());
    panic!("always");
}

/// With a `HashMap`, and a reference made of nothing.
#[cfg_attr(feature = "annotated", instrumented)]
pub fn hasher(map: &std::collections::HashMap<u32, u32>) -> usize {
    map.len()
}

/// With too many lines.
#[cfg_attr(feature = "annotated", instrumented)]
pub fn long(mut number: u32) {
    number += 1;
    number += 2;
    number += 3;
    number += 4;
    number += 5;
    number += 6;
    number += 7;
    number += 8;
    number += 9;
    number += 10;
    number += 11;
    number += 12;
    number += 13;
    number += 14;
    number += 15;
    number += 16;
    number += 17;
    number += 18;
    number += 19;
    number += 20;
    number += 21;
    number += 22;
    number += 23;
    number += 24;
    number += 25;
    number += 26;
    number += 27;
    number += 28;
    number += 29;
    number += 30;
    number += 31;
    number += 32;
    number += 33;
    number += 34;
    number += 35;
    number += 36;
    number += 37;
    number += 38;
    number += 39;
    number += 40;
    number += 41;
    number += 42;
    number += 43;
    number += 44;
    number += 45;
    number += 46;
    number += 47;
    number += 48;
    number += 49;
    number += 50;
    number += 51;
    number += 52;
    number += 53;
    number += 54;
    number += 55;
    number += 56;
    number += 57;
    number += 58;
    number += 59;
    number += 60;
    number += 61;
    number += 62;
    number += 63;
    number += 64;
    number += 65;
    number += 66;
    number += 67;
    number += 68;
    number += 69;
    number += 70;
    number += 71;
    number += 72;
    number += 73;
    number += 74;
    number += 75;
    number += 76;
    number += 77;
    number += 78;
    number += 79;
    number += 80;
    number += 81;
    number += 82;
    number += 83;
    number += 84;
    number += 85;
    number += 86;
    number += 87;
    number += 88;
    number += 89;
    number += 90;
    number += 91;
    number += 92;
    number += 93;
    number += 94;
    number += 95;
    number += 96;
    number += 97;
    number += 98;
    number += 99;
    number += 100;
    number += 101;
}

/// Calls the others.
pub fn calls() {
    let _ = (labelled("", 1, (1, 2)), variables(), returned(1), returned_from_branches(1), unreachable(1));
    let _ = (arguments(1, 2), wrapped(1), wrapped_option(1), let_and_return(1), boxed(Box::default()));
    let _ = (by_value(String::new(), Vec::new()), by_reference(&1, &String::new(), &Vec::new(), &Box::new(1)));
    let _ = (many(1, 2, 3, 4, 5, 6, 7, 8), flags(true, true, true, true), lifetimes(""));
    let _ = (unused_parameters::<u32>(1), generic(1), large_error(1), recursion(1, 1), NotSnakeCase(1));
    let _ = (single_letters(1, 2, 3, 4, 5), expressions(&[], None, true), statements(1), _underscored(1));
    let _ = (passed_through(""), closure(), endless(1));
    ignored();
    complex(&mut Vec::new());
    unit();
    allowed(1);
    old();
    precious();
    doubly();
    always();
}
