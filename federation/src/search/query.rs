//! Search queries.

use super::postings::{filter_term, id_term};
use super::words;
use crate::digest::Digest;
use crate::limits::{MAX_PHRASING_CHARS, MAX_PHRASINGS};

/// A search query. An entry matches if it answers a word of one of the phrasings, and all filters match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Phrasings of the same question; without one, every entry matches.
    pub phrasings: Vec<String>,
    /// Only this id.
    pub id: Option<String>,
    /// Only entries of this domain.
    pub domain: Option<String>,
    /// Only entries of this repo.
    pub repo: Option<String>,
    /// Only entries with this status, ignoring case.
    pub status: Option<String>,
    /// Only entries with this tag, ignoring case.
    pub tag: Option<String>,
    /// Groups of terms ([`super::filter_term`], [`super::id_term`]): only entries that have one of each group.
    pub any_of: Vec<Vec<String>>,
}

/// Why a query is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// There are too many phrasings.
    #[error("`q` may have at most {MAX_PHRASINGS} phrasings")]
    TooMany,
    /// The text has only punctuation.
    #[error("`q` has no letter or digit to search for; leave it out to list everything")]
    NoWord,
}

impl Query {
    /// Parses phrasings as a query without filters. Blank ones are left out; what exceeds [`MAX_PHRASING_CHARS`] of a
    /// phrasing does not count.
    ///
    /// # Errors
    /// If there are too many, or one contains no word.
    pub fn of<T: AsRef<str>>(phrasings: &[T]) -> Result<Self, QueryError> {
        let mut different: Vec<String> = Vec::new();
        for text in phrasings.iter().map(|text| text.as_ref().trim()).filter(|text| !text.is_empty()) {
            let text: String = text.chars().take(MAX_PHRASING_CHARS).collect();
            if words(&text).is_empty() {
                return Err(QueryError::NoWord);
            }
            if !different.contains(&text) {
                different.push(text);
            }
        }
        if different.len() > MAX_PHRASINGS {
            return Err(QueryError::TooMany);
        }
        Ok(Self { phrasings: different, ..Self::default() })
    }

    /// Groups of terms, of which every match has one each.
    pub fn required(&self) -> Vec<Vec<String>> {
        let Self { phrasings: _, id, domain: _, repo: _, status, tag, any_of } = self;
        let filters = [("status", status), ("tag", tag)];
        let filters = filters.into_iter().filter_map(|(field, value)| Some(filter_term(field, value.as_deref()?)));
        let each = id.as_deref().map(id_term).into_iter().chain(filters);
        each.map(|term| vec![term]).chain(any_of.iter().cloned()).collect()
    }

    /// Identifies the query, since a cursor is only valid for its own query.
    pub fn fingerprint(&self) -> u32 {
        let Self { phrasings, id, domain, repo, status, tag, any_of } = self;
        let mut parts = serde_json::json!([phrasings, id, domain, repo, status, tag]).to_string();
        if !any_of.is_empty() {
            // Without groups, it is what earlier versions wrote into cursors.
            parts.push_str(&serde_json::json!(any_of).to_string());
        }
        let digest = Digest::of(parts.as_bytes());
        digest.hex().get(..8).and_then(|hex| u32::from_str_radix(hex, 16).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_each_phrasing_once_and_within_bounds() {
        let query = Query::of(&[" lock a state ", "", "lease", "lease"]).expect("a query");
        assert_eq!(query.phrasings, ["lock a state", "lease"]);
        assert_eq!(Query::of(&[" \t"]).expect("everything"), Query::default());
        assert_eq!(Query::of(&["%_*\""]), Err(QueryError::NoWord));
        let long = Query::of(&["x".repeat(MAX_PHRASING_CHARS + 1)]).expect("a long query");
        assert_eq!(long.phrasings[0].len(), MAX_PHRASING_CHARS);
        let many: Vec<String> = (0..=MAX_PHRASINGS).map(|n| format!("w{n}")).collect();
        assert_eq!(Query::of(&many), Err(QueryError::TooMany));
    }

    #[test]
    fn differs_by_every_part() {
        let base = Query::of(&["a b"]).expect("a query");
        let some = || Some("x".to_owned());
        let others = [
            Query::of(&["b a"]).expect("a query"),
            Query::of(&["a b", "c"]).expect("a query"),
            Query { id: some(), ..base.clone() },
            Query { domain: some(), ..base.clone() },
            Query { repo: some(), ..base.clone() },
            Query { status: some(), ..base.clone() },
            Query { tag: some(), ..base.clone() },
            Query { any_of: vec![vec!["x".to_owned(), "y".to_owned()]], ..base.clone() },
            Query { any_of: vec![vec!["x".to_owned()], vec!["y".to_owned()]], ..base.clone() },
        ];
        let prints: std::collections::BTreeSet<u32> = others.iter().chain([&base]).map(Query::fingerprint).collect();
        assert_eq!(prints.len(), others.len() + 1);
    }
}
