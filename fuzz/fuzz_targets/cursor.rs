//! A cursor that can be read is written in the same way; one that was written can be read.
#![no_main]

use federation::search::{Cursor, SortKey};

const NAME: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789._-";

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Some(cursor) = Cursor::decode(text) {
        assert_eq!(cursor.to_string(), text);
    }
    let bytes = text.as_bytes();
    let number = |from: usize, most: usize| {
        bytes.iter().skip(from).take(most).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
    };
    // The name of a repo begins with a letter or a digit.
    let rest = bytes.iter().take(99).map(|b| char::from(NAME[usize::from(*b) % NAME.len()]));
    let repo: String = std::iter::once('r').chain(rest).collect();
    let place = SortKey { score: number(8, 4) as u32, repo, position: number(12, 4) as u32 };
    let cursor = Cursor { revision: number(0, 8), query: number(4, 4) as u32, after: place };
    assert_eq!(Cursor::decode(&cursor.to_string()), Some(cursor));
});
