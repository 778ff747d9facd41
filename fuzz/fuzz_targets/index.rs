//! An index: findings stand where the text is; what is accepted is accepted again from the document that is made of it.
#![no_main]

use federation::index::{self, Verdict};
use federation::yaml;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Verdict { index, diagnostics } = index::check(bytes);
    fuzz::holds(bytes, &diagnostics);
    assert_eq!(index.is_none(), diagnostics.iter().any(|found| found.is_error()), "{diagnostics:?}");
    let Some(index) = index else { return };
    let written = yaml::to_string(&fuzz::as_value(&index)).expect("what was accepted can be written");
    let again = index::check(written.as_bytes()).index.expect("what was accepted is accepted again");
    assert_eq!(again.capabilities, index.capabilities, "{written}");
});
