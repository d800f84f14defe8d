//! The wire format of protocol buffers: variable-length integers, keys of fields, nested messages.

/// The length of the longest variable-length integer.
pub(super) const MAX_VARINT: usize = 10;

/// The key of a field whose number is below 16.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key(u8);

impl Key {
    /// A field that is a variable-length integer.
    pub(super) const fn varint(field: u8) -> Self {
        Key::new(field, 0)
    }

    /// A field that is a float of 64 bits.
    pub(super) const fn double(field: u8) -> Self {
        Key::new(field, 1)
    }

    /// A field that is an integer of 64 bits.
    #[cfg(feature = "otlp")]
    pub(super) const fn fixed(field: u8) -> Self {
        Key::new(field, 1)
    }

    /// A field that begins with its length: a text, a message or packed numbers.
    pub(super) const fn delimited(field: u8) -> Self {
        Key::new(field, 2)
    }

    const fn new(field: u8, wire_type: u8) -> Self {
        assert!(0 < field && field < 16, "the key of this field is longer than a byte");
        Key(field << 3 | wire_type)
    }

    /// Returns the byte that is written.
    pub(super) const fn byte(self) -> u8 {
        self.0
    }
}

/// Returns the number of bytes of a variable-length integer.
pub(super) const fn varint_length(number: u64) -> usize {
    (number | 1).ilog2() as usize / 7 + 1
}

/// Writes a variable-length integer at the begin of `place`. Returns its length.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "seven bits")]
pub(super) fn put_varint(place: &mut [u8; MAX_VARINT], mut number: u64) -> usize {
    let mut length = 0;
    while number >= 1 << 7 {
        place[length] = (number & 0x7f) as u8 | 0x80;
        number >>= 7;
        length += 1;
    }
    place[length] = number as u8;
    length + 1
}

/// Appends a variable-length integer.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "seven bits")]
pub(super) fn push_varint(out: &mut Vec<u8>, number: u64) {
    if number < 1 << 7 {
        out.push(number as u8);
    } else {
        push_long_varint(out, number);
    }
}

#[inline(never)]
fn push_long_varint(out: &mut Vec<u8>, number: u64) {
    let mut place = [0; MAX_VARINT];
    let length = put_varint(&mut place, number);
    push_part(out, &place, length);
}

/// Appends the first `length` bytes of an array.
///
/// All are copied, and then those too many removed: to copy a constant number of bytes takes a few instructions, another number a call.
#[inline]
pub(super) fn push_part<const N: usize>(out: &mut Vec<u8>, bytes: &[u8; N], length: usize) {
    let end = out.len() + length;
    out.extend_from_slice(bytes);
    out.truncate(end);
}

/// Maps a signed integer to an unsigned one, such that numbers near zero stay small: 0, −1, 1, −2 become 0, 1, 2, 3.
pub(super) const fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

/// Appends a field that is an unsigned integer.
pub(super) fn push_unsigned(out: &mut Vec<u8>, key: Key, number: u64) {
    out.push(key.byte());
    push_varint(out, number);
}

/// Returns a field that is a float.
#[inline]
pub(super) fn double(key: Key, number: f64) -> [u8; 9] {
    let mut field = [key.byte(); 9];
    field[1..].copy_from_slice(&number.to_le_bytes());
    field
}

/// Returns a field that is an integer of 64 bits.
#[cfg(feature = "otlp")]
#[inline]
pub(super) fn fixed(key: Key, number: u64) -> [u8; 9] {
    let mut field = [key.byte(); 9];
    field[1..].copy_from_slice(&number.to_le_bytes());
    field
}

/// Appends a field of known bytes: a text, or a message that is encoded already.
#[inline]
pub(super) fn push_bytes(out: &mut Vec<u8>, key: Key, bytes: &[u8]) {
    out.push(key.byte());
    push_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends what `write` appends, after its length.
///
/// The length is known only then, so `EXPECTED` bytes are left for it. If it has another number of bytes, what was written is moved.
#[inline]
pub(super) fn push_with_length<const EXPECTED: usize>(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let begin = out.len();
    out.extend_from_slice(&[0; EXPECTED]);
    write(out);
    let mut place = [0; MAX_VARINT];
    let length = put_varint(&mut place, (out.len() - begin - EXPECTED) as u64);
    if length == EXPECTED {
        out[begin..begin + EXPECTED].copy_from_slice(&place[..EXPECTED]);
    } else {
        move_end(out, begin + EXPECTED, begin + length);
        out[begin..begin + length].copy_from_slice(&place[..length]);
    }
}

/// Moves all bytes from `from` on, such that they begin at `to`.
#[cold]
fn move_end(out: &mut Vec<u8>, from: usize, to: usize) {
    let end = out.len();
    if to > from {
        out.resize(end + (to - from), 0);
    }
    out.copy_within(from..end, to);
    out.truncate(end + to - from);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_seven_bits_in_each_byte() {
        let mut powers: Vec<u64> = (0..64).map(|bit| 1 << bit).collect();
        powers.extend([0, 300, u64::MAX]);
        for number in powers.into_iter().flat_map(|power: u64| [power.wrapping_sub(1), power]) {
            let mut out = vec![7];
            push_varint(&mut out, number);
            assert_eq!(out.len(), 1 + varint_length(number), "{number}");
            let (last, others) = out[1..].split_last().expect("a byte");
            assert!(*last < 0x80 && others.iter().all(|byte| *byte >= 0x80), "{out:?}");
            let read = out[1..].iter().rev().fold(0, |read, byte| read << 7 | u64::from(byte & 0x7f));
            assert_eq!(read, number);
        }
        let mut out = Vec::new();
        push_varint(&mut out, 300);
        assert_eq!(out, [0xac, 0x02]);
    }

    #[test]
    fn signed_integers_near_zero_are_short() {
        for (number, mapped) in
            [(0, 0), (-1, 1), (1, 2), (-2, 3), (i64::MAX, u64::MAX - 1), (i64::MIN, u64::MAX)]
        {
            assert_eq!(zigzag(number), mapped, "{number}");
        }
    }

    #[test]
    fn a_length_stands_before_what_it_is_of_whatever_was_expected() {
        fn with_length<const EXPECTED: usize>(body: &[u8]) -> Vec<u8> {
            let mut out = vec![7];
            push_with_length::<EXPECTED>(&mut out, |out| out.extend_from_slice(body));
            out
        }
        for length in [0, 1, 127, 128, 16_383, 16_384, 100_000] {
            let body: Vec<u8> = (0..=250).cycle().take(length).collect();
            let mut whole = vec![7];
            push_varint(&mut whole, length as u64);
            whole.extend_from_slice(&body);
            for (expected, out) in [with_length::<1>(&body), with_length::<2>(&body), with_length::<4>(&body)]
                .into_iter()
                .enumerate()
            {
                assert!(out == whole, "{length} bytes, {expected}");
            }
        }
    }
}
