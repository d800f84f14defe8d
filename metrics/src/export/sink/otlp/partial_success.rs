//! Responses of a receiver that has received a part.

use std::io;

/// What a receiver has refused of a request that it has received.
#[derive(Debug, PartialEq, Eq, Default)]
pub(super) struct PartialSuccess {
    refused_points: u64,
    message: String,
}

impl PartialSuccess {
    /// Reads an `ExportMetricsServiceResponse`. What is not one refuses nothing: the status says that the request was received.
    pub(super) fn read(body: &[u8], is_json: bool) -> Self {
        if is_json {
            Self::from_json(&String::from_utf8_lossy(body))
        } else {
            Self::from_protobuf(body).unwrap_or_default()
        }
    }

    /// Returns an error if points were refused.
    pub(super) fn result(self) -> io::Result<()> {
        let PartialSuccess { refused_points, message } = self;
        if refused_points == 0 {
            return Ok(());
        }
        let message: String = message.chars().filter(|c| !c.is_control()).take(200).collect();
        let colon = if message.is_empty() { "" } else { ": " };
        Err(io::Error::other(format!("it refused {refused_points} points of those sent{colon}{message}")))
    }

    fn from_protobuf(body: &[u8]) -> Option<Self> {
        let partial = fields(body).find(|field| field.0 == 1)?.1;
        let mut read = PartialSuccess::default();
        for (number, value) in fields(partial.bytes()?) {
            match (number, value) {
                (1, Value::Integer(points)) => read.refused_points = points,
                (2, Value::Bytes(message)) => read.message = String::from_utf8_lossy(message).into_owned(),
                _ => {}
            }
        }
        Some(read)
    }

    /// Reads the two values that matter, wherever they stand.
    fn from_json(body: &str) -> Self {
        let value = |name: &str| {
            let (_, rest) = body.split_once(&format!("\"{name}\""))?;
            let rest = rest.trim_start().strip_prefix(':')?.trim_start();
            // A 64-bit integer is a text.
            let end = if let Some(text) = rest.strip_prefix('"') {
                let end = text.char_indices().scan(false, |is_escaped, (place, c)| {
                    let is_end = c == '"' && !*is_escaped;
                    *is_escaped = c == '\\' && !*is_escaped;
                    Some((place, is_end))
                });
                let end = end.into_iter().find(|(_, is_end)| *is_end)?.0;
                return Some(&text[..end]);
            } else {
                rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
            };
            Some(&rest[..end])
        };
        PartialSuccess {
            refused_points: value("rejectedDataPoints").and_then(|points| points.parse().ok()).unwrap_or(0),
            message: value("errorMessage").unwrap_or_default().to_owned(),
        }
    }
}

/// The value of a field of a protocol buffer.
#[derive(Debug, Clone, Copy)]
enum Value<'a> {
    Integer(u64),
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Value::Bytes(bytes) => Some(bytes),
            Value::Integer(_) => None,
        }
    }
}

/// Returns the numbers and the values of a message's fields, up to one that is invalid.
fn fields(mut message: &[u8]) -> impl Iterator<Item = (u64, Value<'_>)> {
    std::iter::from_fn(move || {
        let key = varint(&mut message)?;
        let value = match key & 7 {
            0 => Value::Integer(varint(&mut message)?),
            1 => Value::Bytes(split(&mut message, 8)?),
            2 => {
                let length = varint(&mut message)?;
                Value::Bytes(split(&mut message, usize::try_from(length).ok()?)?)
            }
            5 => Value::Bytes(split(&mut message, 4)?),
            _ => return None,
        };
        Some((key >> 3, value))
    })
}

fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = split(message, 1)?[0];
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Removes the first `length` bytes.
fn split<'a>(message: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (first, rest) = message.split_at_checked(length)?;
    *message = rest;
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(refused_points: u64, message: &str) -> PartialSuccess {
        PartialSuccess { refused_points, message: message.to_owned() }
    }

    #[test]
    fn both_forms_say_what_was_refused() {
        let protobuf = [0x0a, 0x07, 0x08, 0xac, 0x02, 0x12, 0x02, b'n', b'o'];
        assert_eq!(PartialSuccess::read(&protobuf, false), refused(300, "no"));
        let json = br#"{"partialSuccess": {"rejectedDataPoints" : "300", "errorMessage":"say \"no\""}}"#;
        assert_eq!(PartialSuccess::read(json, true), refused(300, r#"say \"no\""#));
        assert_eq!(
            PartialSuccess::read(br#"{"partialSuccess":{"rejectedDataPoints":7}}"#, true),
            refused(7, "")
        );
        let error = refused(300, "no\nmore").result().unwrap_err().to_string();
        assert_eq!(error, "it refused 300 points of those sent: nomore");
    }

    #[test]
    fn all_else_refuses_nothing() {
        for body in
            [&b""[..], b"{}", b"\x0a", b"\x0a\x00", b"\x0a\xff\xff", b"ok", b"\x0a\x02\x08\xff", b"\x12\x00"]
        {
            for is_json in [false, true] {
                let read = PartialSuccess::read(body, is_json);
                assert_eq!(read, PartialSuccess::default(), "{body:?}");
                assert!(read.result().is_ok());
            }
        }
        assert!(refused(0, "a warning").result().is_ok());
    }
}
