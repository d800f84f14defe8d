//! The query of a request: the parameters `name[]`, which select families.

use crate::encode::Selection;
use std::borrow::Cow;

/// The maximum number of names in a query.
const MAX_NAMES: usize = 100;
/// The maximum length of a name in bytes, decoded.
const MAX_NAME: usize = 256;

/// A query with too many names, with one that is too long, or with one that is not percent-encoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InvalidNames;

/// Returns the families that a query selects: all, unless it has parameters `name[]`. Other parameters are ignored.
pub(super) fn selection(query: &str) -> Result<Selection<'_>, InvalidNames> {
    let mut selection = Selection::ALL;
    for parameter in query.split('&') {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        if decoded(key).as_deref() != Some(b"name[]") {
            continue;
        }
        let name = decoded(value).filter(|name| name.len() <= MAX_NAME).ok_or(InvalidNames)?;
        selection.add(name);
        if selection.len() > MAX_NAMES {
            return Err(InvalidNames);
        }
    }
    Ok(selection)
}

/// Decodes a text of a form, in which `%41` is the byte 0x41 and `+` is a space. `None` if a `%` is not followed by two digits.
fn decoded(text: &str) -> Option<Cow<'_, [u8]>> {
    let bytes = text.as_bytes();
    if !bytes.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return Some(bytes.into());
    }
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        rest = match *rest {
            [] => return Some(decoded.into()),
            [b'%', high, low, ref rest @ ..] => {
                decoded.push(digit(high)? << 4 | digit(low)?);
                rest
            }
            [b'%', ..] => return None,
            [byte, ref rest @ ..] => {
                decoded.push(if byte == b'+' { b' ' } else { byte });
                rest
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(names: &[&[u8]]) -> Selection<'static> {
        let mut selection = Selection::ALL;
        for name in names {
            selection.add(name.to_vec().into());
        }
        selection
    }

    #[test]
    fn names_are_decoded_and_other_parameters_ignored() {
        for query in [
            "",
            "a",
            "a=b",
            "name=a",
            "NAME[]=a",
            "name%5B=a",
            "%=a",
            "%ff",
            "&&",
            "=",
            "name[=]=a",
            "%6=1&b=%",
        ] {
            assert_eq!(selection(query), Ok(Selection::ALL), "{query}");
        }
        for (query, names) in [
            ("name[]=a", [b"a".as_slice()].as_slice()),
            ("name%5B%5D=a", &[b"a"]),
            ("name%5b]=a&name[]=b&name[]=a", &[b"a", b"b", b"a"]),
            ("x=%&name[]=a&y", &[b"a"]),
            ("%6e%61me[]=a", &[b"a"]),
            ("name[]=%61%3A%5f", &[b"a:_"]),
            ("name[]=a+b", &[b"a b"]),
            ("name[]=a=b", &[b"a=b"]),
            ("name[]=%2B%25%26", &[b"+%&"]),
            ("name[]=%ff%00\u{e9}", &[b"\xff\0\xc3\xa9"]),
            ("name[]", &[b""]),
            ("name[]=&", &[b""]),
        ] {
            assert_eq!(selection(query), Ok(selects(names)), "{query}");
        }
    }

    #[test]
    fn names_that_are_not_encoded_are_refused() {
        for query in [
            "name[]=%",
            "name[]=a%4",
            "name[]=%4g",
            "name[]=%-1",
            "name[]=%+1",
            "name[]=%%41",
            "name[]=a&name[]=%zz",
        ] {
            assert_eq!(selection(query), Err(InvalidNames), "{query}");
        }
    }

    #[test]
    fn names_are_limited_in_number_and_length() {
        let many = |count: usize| vec!["name[]=a"; count].join("&");
        assert!(selection(&many(MAX_NAMES)).is_ok());
        assert_eq!(selection(&many(MAX_NAMES + 1)), Err(InvalidNames));
        let long = |length: usize| format!("name[]={}", "%61".repeat(length));
        assert!(selection(&long(MAX_NAME)).is_ok());
        assert_eq!(selection(&long(MAX_NAME + 1)), Err(InvalidNames));
    }
}
