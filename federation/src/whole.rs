//! Integers as defined by JSON Schema: `3600.0` is an integer, as are `3600` and `3.6e3`.

use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

/// Beyond this, a float does not identify one integer.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// The integer value, if a schema of type integer accepts the value and it fits.
pub(crate) fn integer(value: &Value) -> Option<i64> {
    let whole = |number: f64| (number.fract() == 0.0 && number.abs() <= MAX_EXACT).then_some(number as i64);
    value.as_i64().or_else(|| value.as_f64().and_then(whole))
}

/// Deserialises a field with [`integer`].
pub(crate) fn u32<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = integer(&value).and_then(|number| number.try_into().ok());
    number.ok_or_else(|| de::Error::custom("expected an integer from 0 to 4294967295"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_integer_is_what_json_schema_says() {
        let schema = jsonschema::validator_for(&json!({"type": "integer"})).unwrap();
        for (value, expected) in [
            (json!(3600), Some(3600)),
            (json!(3600.0), Some(3600)),
            (json!(3.6e3), Some(3600)),
            (json!(-0.0), Some(0)),
            (json!(i64::MIN), Some(i64::MIN)),
            (json!(1.5), None),
            (json!("1"), None),
            (json!(null), None),
        ] {
            assert_eq!(integer(&value), expected, "{value}");
            assert_eq!(schema.is_valid(&value), expected.is_some(), "{value}");
        }
        // Integers, but out of range for every field here.
        assert_eq!((integer(&json!(1e300)), integer(&json!(u64::MAX))), (None, None));
    }
}
