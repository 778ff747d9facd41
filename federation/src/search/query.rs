//! Search queries.

use super::words;
use crate::digest::Digest;
use crate::limits::{MAX_QUERY_CHARS, MAX_QUERY_WORDS};

/// A search query. An entry matches if each word is a prefix of a word in its id, name, title, summary
/// or tags, and all filters match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The distinct words; an empty list matches everything.
    pub words: Vec<String>,
    /// The text of the query in lower case, to compare with ids.
    pub text: String,
    /// Only this id.
    pub id: Option<String>,
    /// Only entries of this domain.
    pub domain: Option<String>,
    /// Only entries of this repo.
    pub repo: Option<String>,
    /// Only entries with this status, in lower case.
    pub status: Option<String>,
    /// Only entries with this tag, in lower case.
    pub tag: Option<String>,
}

/// Why a query is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// The text has too many characters.
    #[error("`q` may have at most {MAX_QUERY_CHARS} characters")]
    TooLong,
    /// The text has too many words.
    #[error("`q` may have at most {MAX_QUERY_WORDS} different words; leave out the most common ones")]
    TooManyWords,
    /// The text has only punctuation.
    #[error("`q` has no letter or digit to search for; leave it out to list everything")]
    NoWord,
}

impl Query {
    /// Parses `text` as a query without filters. A blank text matches everything.
    ///
    /// # Errors
    /// If the text exceeds a limit or contains no word.
    pub fn of(text: &str) -> Result<Self, QueryError> {
        if text.chars().count() > MAX_QUERY_CHARS {
            return Err(QueryError::TooLong);
        }
        let text = text.trim();
        let mut different: Vec<String> = Vec::new();
        for word in words(text) {
            if !different.contains(&word) {
                different.push(word);
            }
        }
        match different.len() {
            0 if !text.is_empty() => Err(QueryError::NoWord),
            n if n > MAX_QUERY_WORDS => Err(QueryError::TooManyWords),
            _ => Ok(Self { words: different, text: text.to_lowercase(), ..Self::default() }),
        }
    }

    /// Identifies the query, since a cursor is only valid for its own query.
    pub fn fingerprint(&self) -> u32 {
        let Self { words, text, id, domain, repo, status, tag } = self;
        let digest = Digest::of(serde_json::json!([words, text, id, domain, repo, status, tag]).to_string().as_bytes());
        digest.hex().get(..8).and_then(|hex| u32::from_str_radix(hex, 16).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_each_word_once_and_within_bounds() {
        let query = Query::of(" State.lease  STATE ").expect("a query");
        assert_eq!((query.words.join(" ").as_str(), query.text.as_str()), ("state lease", "state.lease  state"));
        assert_eq!(Query::of(" \t").expect("everything"), Query::default());
        assert_eq!(Query::of("%_*\""), Err(QueryError::NoWord));
        assert_eq!(Query::of(&"x".repeat(MAX_QUERY_CHARS + 1)), Err(QueryError::TooLong));
        let many: String = (0..=MAX_QUERY_WORDS).map(|n| format!("w{n} ")).collect();
        assert_eq!(Query::of(&many), Err(QueryError::TooManyWords));
    }

    #[test]
    fn differs_by_every_part() {
        let base = Query::of("a b").expect("a query");
        let some = || Some("x".to_owned());
        let others = [
            Query::of("b a").expect("a query"),
            Query { id: some(), ..base.clone() },
            Query { domain: some(), ..base.clone() },
            Query { repo: some(), ..base.clone() },
            Query { status: some(), ..base.clone() },
            Query { tag: some(), ..base.clone() },
        ];
        let prints: std::collections::BTreeSet<u32> = others.iter().chain([&base]).map(Query::fingerprint).collect();
        assert_eq!(prints.len(), others.len() + 1);
    }
}
