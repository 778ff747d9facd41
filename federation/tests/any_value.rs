//! Properties of every value, not only of hand-picked ones.

use federation::compose::Fragment;
use federation::{index, search, yaml};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const WORDS: &[&str] =
    &["no", "Yes", "~", "null", "014", "0x1F", "1e3", ".inf", "12:30", "=", "<<", "---", "...", "2026-11-24"];

/// Text of any characters, text of characters with a meaning in YAML, and words that a reader may misinterpret.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ \n\r\t:#|>\"'&*!%@`{},?a0.~<=\\\\\\[\\]\u{85}\u{a0}\u{2028}\u{feff}\u{202e}-]{0,12}",
        prop::sample::select(WORDS).prop_map(str::to_owned),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let finite = any::<f64>().prop_filter("JSON has no others", |number| number.is_finite());
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        finite.prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..5).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn is_read_as_it_was_written(value in value()) {
        let written = yaml::to_string(&value).expect("within the depth");
        prop_assert_eq!(yaml::parse(&written), Ok(value), "{}", written);
    }

    #[test]
    fn in_an_accepted_index_reaches_every_form_of_the_document(
        fields in prop::collection::vec((text(), value()), 0..5)
    ) {
        let mut entry = Map::from_iter(fields);
        entry.extend([("id".to_owned(), json!("a.b")), ("name".to_owned(), json!("x"))]);
        let text = yaml::to_string(&json!({"version": 1, "capabilities": [entry]})).expect("within the depth");
        let verdict = index::check(text.as_bytes());
        let Some(index) = verdict.index else {
            prop_assert!(verdict.diagnostics.iter().any(|found| found.is_error()));
            return Ok(());
        };
        let fragment = Fragment::render("repo", "domain", &index).expect("an accepted index can be written");
        let as_json: Value = serde_json::from_str(&fragment.json).expect("JSON");
        prop_assert_eq!(yaml::parse(&fragment.yaml), Ok(json!([as_json])), "{}", fragment.yaml);
        prop_assert_eq!(search::entries(&fragment.json).expect("entries").len(), 1);
    }
}
