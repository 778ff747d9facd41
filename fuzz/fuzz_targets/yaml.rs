//! Any text: read, written and read again, it is the same value; and if a JSON reader accepts it too, both read the same.
#![no_main]

use federation::yaml;
use fuzz::{is_code, is_harmless};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let value = match yaml::parse(text) {
        Ok(value) => value,
        Err(error) => {
            assert!(is_code(error.code.code) && is_harmless(&error.message), "{error:?}");
            assert!(error.line.is_none_or(|line| line >= 1 && line <= 1 + text.matches(['\n', '\r']).count() as u64));
            return;
        }
    };
    let written = yaml::to_string(&value).expect("what was read can be written");
    let again = yaml::parse(&written).expect("what was written can be read");
    assert_eq!(again, value, "{written}");
    let json = value.to_string();
    assert_eq!(serde_json::from_str::<Value>(&json).expect("JSON"), value);
    assert_eq!(yaml::to_string(&again).as_ref(), Ok(&written), "one value, one text");
    if let Ok(as_json) = serde_json::from_str::<Value>(text) {
        // To JSON `-0` is a float, to YAML an integer.
        assert_eq!(as_json.to_string().replace("-0.0", "0"), json.replace("-0.0", "0"));
    }
});
