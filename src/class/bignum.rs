//! Integers of any length: XML has them as decimals, CBOR as bytes (RFC 8949 §3.4.3).

/// Bytes of the longest integer that has this form. Conversion takes the square of the length.
pub(super) const BYTES: usize = 4096;

/// What fits into one step of the conversion, and its digits.
const STEP: u64 = 1_000_000_000;
const DIGITS: usize = 9;

/// The decimal of big-endian bytes; as CBOR means it, a negative number is `-1 - n`.
pub(super) fn decimal(bytes: &[u8], negative: bool) -> String {
    // Nine digits each, the lowest first.
    let mut steps: Vec<u64> = Vec::new();
    for byte in bytes {
        times_plus(&mut steps, 256, u64::from(*byte), STEP);
    }
    if negative {
        times_plus(&mut steps, 1, 1, STEP);
    }
    let mut text = if negative { "-".to_owned() } else { String::new() };
    match steps.split_last() {
        None => text.push('0'),
        Some((highest, lower)) => {
            text.push_str(&highest.to_string());
            lower.iter().rev().for_each(|step| text.push_str(&format!("{step:0DIGITS$}")));
        }
    }
    text
}

/// Big-endian bytes of a decimal, and whether it is negative; `None` when it is no integer, or too long.
pub(super) fn bytes(text: &str) -> Option<(Vec<u8>, bool)> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text).trim_start_matches('0');
    if digits.len() > BYTES * 2 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let mut low_first: Vec<u64> = Vec::new();
    for digit in digits.bytes() {
        times_plus(&mut low_first, 10, u64::from(digit - b'0'), 256);
    }
    let negative = text.starts_with('-') && !low_first.is_empty();
    if negative {
        minus_one(&mut low_first);
    }
    let bytes = low_first.iter().rev().filter_map(|byte| u8::try_from(*byte).ok()).collect();
    Some((bytes, negative))
}

/// A number in places of `base`, the lowest first, times a factor plus a summand.
fn times_plus(places: &mut Vec<u64>, factor: u64, summand: u64, base: u64) {
    let mut carry = summand;
    for place in places.iter_mut() {
        let sum = *place * factor + carry;
        *place = sum % base;
        carry = sum / base;
    }
    if carry > 0 {
        places.push(carry);
    }
}

/// A number of bytes that is not 0, less one.
fn minus_one(low_first: &mut Vec<u64>) {
    for place in low_first.iter_mut() {
        if *place > 0 {
            *place -= 1;
            break;
        }
        *place = 255;
    }
    while low_first.last() == Some(&0) {
        low_first.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_and_bytes_are_the_same_numbers() {
        // RFC 8949 appendix A.
        assert_eq!(bytes("18446744073709551616"), Some((vec![1, 0, 0, 0, 0, 0, 0, 0, 0], false)));
        assert_eq!(bytes("-18446744073709551617"), Some((vec![1, 0, 0, 0, 0, 0, 0, 0, 0], true)));
        assert_eq!(decimal(&[1, 0, 0, 0, 0, 0, 0, 0, 0], true), "-18446744073709551617");
        let long = "9".repeat(5_000);
        for text in ["0", "1", "-1", "255", "256", "-256", "-257", "1000000000", "-1000000000000000001", &long] {
            let (bytes, negative) = bytes(text).unwrap();
            assert_eq!(decimal(&bytes, negative), text);
        }
        for (text, same) in [("+5", "5"), ("007", "7"), ("-0", "0"), ("-000", "0"), ("", "0")] {
            let (bytes, negative) = bytes(text).unwrap();
            assert_eq!(decimal(&bytes, negative), same);
        }
        for none in ["x", "1.0", "--1", &"1".repeat(BYTES * 2 + 1)] {
            assert_eq!(bytes(none), None, "{none}");
        }
    }
}
