//! What is asked for, as words: the words of words are the words, and a query finds the text that it was made of.
#![no_main]

use federation::limits::{MAX_QUERY_CHARS, MAX_QUERY_WORDS};
use federation::search::{Fields, Query, in_column, words};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let once = words(text);
    assert!(once.iter().all(|word| !word.is_empty() && word.chars().all(char::is_alphanumeric)), "{once:?}");
    assert_eq!(words(&once.join(" ")), once);
    let column = in_column(once.iter().map(String::as_str));
    let Ok(query) = Query::of(text) else { return };
    assert!(query.words.len() <= MAX_QUERY_WORDS && text.chars().count() <= MAX_QUERY_CHARS);
    assert!(query.words.iter().all(|word| column.contains(&format!(" {word} "))));
    assert_eq!(query.words.is_empty(), text.trim().is_empty());
    assert_eq!(query.fingerprint(), Query::of(text).expect("the same").fingerprint());
    let entry = serde_json::json!({"id": "a.b", "source_repo": "a", "x": 1});
    let shown = Fields::parse(text).of(entry.as_object().cloned().unwrap_or_default());
    assert!(shown.contains_key("id") && shown.contains_key("source_repo"));
});
