//! An index: its sizes are those of what is written; findings are small and have a position within the text; what is accepted is accepted again from the document that is made of it.
#![no_main]

use federation::index::{self, Verdict};
use federation::limits::{MAX_CAPABILITY_BYTES, MAX_RENDERED_BYTES};
use federation::yaml;
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Verdict { index, diagnostics } = index::check(bytes);
    fuzz::holds(bytes, &diagnostics);
    assert_eq!(index.is_none(), diagnostics.iter().any(|found| found.is_error()), "{diagnostics:?}");
    let Some(index) = index else { return };
    let entries: Vec<Value> = index.capabilities.iter().map(|it| Value::Object(it.fields().clone())).collect();
    let json: Vec<String> = entries.iter().map(Value::to_string).collect();
    assert_eq!(index.sizes.json_bytes, json.join(",\n").len());
    assert_eq!(index.sizes.yaml_bytes, yaml::to_sequence_items(&entries).map_or(0, |written| written.len()));
    assert!(json.iter().all(|entry| entry.len() <= MAX_CAPABILITY_BYTES));
    assert!(index.sizes.json_bytes.max(index.sizes.yaml_bytes) <= MAX_RENDERED_BYTES);
    let written = yaml::to_string(&fuzz::as_value(&index)).expect("what was accepted can be written");
    let again = index::check(written.as_bytes()).index.expect("what was accepted is accepted again");
    assert_eq!(again.capabilities, index.capabilities, "{written}");
});
