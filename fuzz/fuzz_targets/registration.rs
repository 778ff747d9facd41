//! The body of a registration: what is accepted keeps every rule, and no error repeats a password.
#![no_main]

use federation::registration::Registration;
use federation::source_url;
use serde_json::{Value, json};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    match Registration::from_value(&value) {
        Ok(registration) => {
            assert!(source_url::parse(&registration.url).is_ok());
            for (name, given) in value.as_object().expect("an object") {
                let kept = json!(registration).get(name).cloned().unwrap_or_default();
                // `600.0` is 600.
                let same = kept == *given || kept.is_number() && kept.as_f64() == given.as_f64();
                assert!(same, "nothing is dropped or changed: {kept} for {given}");
            }
            assert_eq!(Registration::from_value(&json!(registration)), Ok(registration));
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            for error in &errors {
                assert!(fuzz::is_code(error.code.code), "{error:?}");
                assert!(fuzz::is_harmless(&error.message), "{error:?}");
                assert!(error.pointer.is_empty() || error.pointer.starts_with('/'), "{error:?}");
            }
            let url = value.get("url").and_then(Value::as_str).and_then(|url| url::Url::parse(url).ok());
            let password = url.as_ref().and_then(|url| url.password()).filter(|password| password.contains("hunter"));
            let about_url = || errors.iter().filter(|error| error.pointer == "/url");
            let repeats = |password| about_url().any(|error| error.message.contains(password));
            assert!(password.is_none_or(|password| !repeats(password)), "{errors:?}");
        }
    }
});
