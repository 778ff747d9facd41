//! A search text as words: splitting words into words changes nothing, and a query is bounded whatever the text is.
#![no_main]

use federation::limits::{MAX_PHRASING_CHARS, MAX_PHRASINGS};
use federation::search::{Fields, MEANING, Posting, Query, postings, trigrams, words};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let once = words(text);
    assert!(once.iter().all(|word| !word.is_empty() && word.chars().all(char::is_alphanumeric)), "{once:?}");
    assert_eq!(words(&once.join(" ")), once);
    let lines: Vec<&str> = text.lines().collect();
    if let Ok(query) = Query::of(&lines) {
        assert!(query.phrasings.len() <= MAX_PHRASINGS);
        assert!(
            query.phrasings.iter().all(|text| text.chars().count() <= MAX_PHRASING_CHARS && !words(text).is_empty())
        );
        assert_eq!(query.fingerprint(), Query::of(&lines).expect("the same").fingerprint());
    }
    let entry = serde_json::json!({"id": "a.b", "source_repo": "a", "summary": text, "tags": lines, "name": text});
    // The row of meanings has no points.
    for (term, Posting { entries, spellings }) in postings([&entry]).into_iter().filter(|(term, _)| term != MEANING) {
        assert_eq!(entries.len(), 3, "{term}");
        assert!(
            spellings
                .iter()
                .all(|spelling| !spelling.contains(' ') && trigrams(spelling).iter().all(|it| it.chars().count() == 3))
        );
    }
    let shown = Fields::parse(text).of(entry.as_object().cloned().unwrap_or_default());
    assert!(shown.contains_key("id") && shown.contains_key("source_repo"));
});
