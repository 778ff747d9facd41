//! Documents of every kind, the kind chosen by the first byte.
#![no_main]

use federation::document;
use federation::schema::{self, Schema};
use federation::yaml;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let schema = Schema::from_name(schema::NAMES[usize::from(*kind) % schema::NAMES.len()]).expect("a schema");
    match document::read(schema, bytes) {
        Ok(value) => {
            let written = yaml::to_string(&value).expect("what was read can be written");
            assert_eq!(document::read(schema, written.as_bytes()).as_ref(), Ok(&value));
        }
        Err(diagnostics) => {
            assert!(diagnostics.iter().any(|found| found.is_error()));
            fuzz::holds(bytes, &diagnostics);
        }
    }
});
