//! The meaning of scalars: YAML 1.2's core schema, with values that readers interpret differently left as strings.

use serde_json::{Number, Value};

/// A type that a tag requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    String,
    Integer,
    Float,
    Boolean,
    Null,
}

/// Why a scalar has no value in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    NotFinite,
    OutOfRange,
    NotOfType,
}

/// The value of an unquoted, untagged scalar; `None` for a string.
pub(super) fn plain(text: &str) -> Result<Option<Value>, Fault> {
    let Some(first) = text.bytes().next() else { return Ok(Some(Value::Null)) };
    match first {
        b'n' | b'N' | b'~' => Ok(matches!(text, "null" | "Null" | "NULL" | "~").then_some(Value::Null)),
        b't' | b'T' => Ok(matches!(text, "true" | "True" | "TRUE").then_some(Value::Bool(true))),
        b'f' | b'F' => Ok(matches!(text, "false" | "False" | "FALSE").then_some(Value::Bool(false))),
        b'0'..=b'9' | b'+' | b'-' | b'.' => match integer(text)? {
            Some(number) => Ok(Some(number)),
            None => float(text),
        },
        _ => Ok(None),
    }
}

/// The value of a tagged scalar.
pub(super) fn tagged(text: &str, wanted: Type) -> Result<Value, Fault> {
    if wanted == Type::String {
        return Ok(Value::String(text.to_owned()));
    }
    match plain(text)? {
        Some(Value::Null) if wanted == Type::Null => Ok(Value::Null),
        Some(value @ Value::Bool(_)) if wanted == Type::Boolean => Ok(value),
        Some(Value::Number(number)) if wanted == Type::Integer && !number.is_f64() => Ok(Value::Number(number)),
        Some(Value::Number(number)) if wanted == Type::Float => {
            number.as_f64().and_then(Number::from_f64).map(Value::Number).ok_or(Fault::OutOfRange)
        }
        _ => Err(Fault::NotOfType),
    }
}

fn integer(text: &str) -> Result<Option<Value>, Fault> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
                return Ok(None);
            }
            return u64::from_str_radix(digits, radix).map(|n| Some(Value::from(n))).map_err(|_| Fault::OutOfRange);
        }
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    // A leading zero means octal in YAML 1.1 and decimal in YAML 1.2, so such a number stays a string.
    let ours =
        digits.bytes().all(|b| b.is_ascii_digit()) && !digits.is_empty() && (digits == "0" || !digits.starts_with('0'));
    if !ours {
        return Ok(None);
    }
    let value = text.parse::<i64>().map(Value::from).or_else(|_| text.parse::<u64>().map(Value::from));
    value.map(Some).map_err(|_| Fault::OutOfRange)
}

/// Parses `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?` and the
/// spellings of infinity and not-a-number.
fn float(text: &str) -> Result<Option<Value>, Fault> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(Fault::NotFinite);
    }
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || !all_digits(digits) {
            return Ok(None);
        }
    }
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    let has_digits = !whole.is_empty() || fraction.is_some_and(|f| !f.is_empty());
    if !has_digits
        || !all_digits(whole)
        || !fraction.is_none_or(all_digits)
        || (fraction.is_none() && exponent.is_none())
    {
        return Ok(None);
    }
    let value: f64 = text.parse().map_err(|_| Fault::OutOfRange)?;
    Number::from_f64(value).map(|number| Some(Value::Number(number))).ok_or(Fault::OutOfRange)
}
