//! What a search asks for.

use crate::problem::{Problem, kinds};
use federation::search::Query;

/// Longest filter or list of fields, in characters.
const MAX_CHARS: usize = 1000;

/// A search request, not yet validated.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Phrasings of a question; without one, everything matches.
    pub q: Vec<String>,
    /// Only this domain.
    pub domain: Option<String>,
    /// Only this repo.
    pub repo: Option<String>,
    /// Only this status, ignoring case.
    pub status: Option<String>,
    /// Only with this tag, ignoring case.
    pub tag: Option<String>,
    /// Groups of terms of the index: only capabilities that have one of each group.
    pub any_of: Vec<Vec<String>>,
    /// Comma-separated field names, or `*` for all.
    pub fields: Option<String>,
    /// Maximum number of results on a page.
    pub limit: Option<usize>,
    /// `next` of the previous page.
    pub cursor: Option<String>,
    /// Results that are left out before the page begins.
    pub skip: usize,
    /// Maximum size of the response in bytes: the page as JSON, and the text around it.
    pub budget: Option<usize>,
    /// Bytes of the text around the page.
    pub around: usize,
}

impl Request {
    /// The question and the filters, if they are valid.
    pub(super) fn query(&self) -> Result<Query, Problem> {
        let query = Query::of(&self.q).map_err(|e| Problem::new(&kinds::INVALID_QUERY, format!("{e}.")))?;
        let owned = |name, value: &Option<String>| bounded(name, value.as_deref()).map(|v| v.map(str::to_owned));
        Ok(Query {
            domain: owned("domain", &self.domain)?,
            repo: owned("repo", &self.repo)?,
            status: owned("status", &self.status)?,
            tag: owned("tag", &self.tag)?,
            any_of: self.any_of.clone(),
            ..query
        })
    }
}

/// Validates a filter.
///
/// # Errors
/// `invalid-query` if the filter is too long or contains NUL, which not every database accepts.
pub fn bounded<'a>(name: &str, value: Option<&'a str>) -> Result<Option<&'a str>, Problem> {
    match value {
        Some(text) if text.chars().count() > MAX_CHARS || text.contains('\0') => Err(Problem::new(
            &kinds::INVALID_QUERY,
            format!("`{name}` may have at most {MAX_CHARS} characters and must not contain NUL."),
        )),
        value => Ok(value),
    }
}
