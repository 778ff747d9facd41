//! Removed capabilities that a question names.

use super::demand::NormalisedQuestion;
use crate::withdrawn::Tombstone;

/// Maximum number of ids of one question that are looked up.
const MAX_IDS: usize = 16;

/// Words of these phrasings that have the form of an id: parts joined by dots.
pub fn named_ids(phrasings: &[String]) -> Vec<String> {
    let is_in_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    let words = phrasings.iter().flat_map(|text| text.split(move |c| !is_in_id(c)));
    let mut ids: Vec<String> =
        words.map(|word| word.trim_matches('.')).filter(|word| word.contains('.')).map(str::to_owned).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(MAX_IDS);
    ids
}

/// Whether a phrasing names what was removed: by its id, or with words that all occur in its id or name.
pub fn names(phrasings: &[String], gone: &Tombstone) -> bool {
    let Some(own) = NormalisedQuestion::of(&format!("{} {}", gone.name, gone.id)) else { return false };
    let own: Vec<&str> = own.stems.split(' ').collect();
    let asked = phrasings.iter().filter_map(|text| NormalisedQuestion::of(text));
    named_ids(phrasings).contains(&gone.id)
        || asked.into_iter().any(|asked| asked.stems.split(' ').all(|stem| own.contains(&stem)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_named_by_its_id_or_by_words_that_it_has_all_of() {
        let gone = Tombstone {
            id: "capability.state.publish".into(),
            source_repo: "a".into(),
            name: "Publish shared state".into(),
            removed_in: 3,
            replaced_by: None,
        };
        let is_named = |text: &str| names(&[text.to_owned()], &gone);
        for text in ["what became of `capability.state.publish`?", "publishing shared states", "state"] {
            assert!(is_named(text), "{text}");
        }
        for text in ["publish weather", "capability.state.publish_weather", "", "how do I"] {
            assert!(!is_named(text), "{text}");
        }
        assert!(names(&["weather".to_owned(), "publish state".to_owned()], &gone), "one phrasing is enough");
    }
}
