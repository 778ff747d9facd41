//! A registration on the first line and a merge patch on the second: the result is that of RFC 7396, or a rejection.
#![no_main]

use federation::registration::Registration;
use serde_json::{Map, Value, json};

/// RFC 7396 §2, word for word.
fn merge_patch(target: Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    let mut target = if let Value::Object(target) = target { target } else { Map::new() };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            let old = target.remove(name).unwrap_or_default();
            target.insert(name.clone(), merge_patch(old, value));
        }
    }
    Value::Object(target)
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (document, patch) = text.split_once('\n').unwrap_or(("", text));
    let document = serde_json::from_str::<Value>(document).ok();
    let document = document.and_then(|value| Registration::from_value(&value).ok()).unwrap_or_else(|| {
        Registration::from_value(&json!({"repo": "a", "url": "https://e.org/i", "domain": "d"})).expect("valid")
    });
    let Ok(patch) = serde_json::from_str::<Value>(patch) else { return };
    let by_the_book = merge_patch(json!(document), &patch);
    match document.merge(&patch) {
        Ok(merged) => {
            assert_eq!(merged.repo, document.repo);
            assert_eq!(Registration::from_value(&by_the_book).as_ref(), Ok(&merged));
            assert_eq!(Registration::from_value(&json!(merged)).as_ref(), Ok(&merged));
            assert_eq!(merged.merge(&patch).as_ref(), Ok(&merged), "twice is once");
        }
        Err(errors) => {
            assert!(!errors.is_empty() && errors.iter().all(|error| fuzz::is_code(error.code.code)));
            // Only the rule for the name is the hub's and not the schema's.
            let renamed = by_the_book.get("repo") != Some(&json!(document.repo));
            assert!(renamed || Registration::from_value(&by_the_book).is_err(), "{errors:?}");
        }
    }
});
