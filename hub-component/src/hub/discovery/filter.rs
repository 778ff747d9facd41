//! The filter of a search in ARD, as terms of the index.

use crate::problem::{Problem, kinds, quoted};
use federation::discovery::{Site, canonical};
use federation::search::{filter_term, id_term};
use serde_json::{Map, Value};

/// Maximum values per key.
const MAX_VALUES: usize = 32;
/// Longest value, in characters.
const MAX_CHARS: usize = 1000;

/// What a filter lets through.
#[derive(Debug, Default)]
pub(super) struct Filter {
    /// Groups of terms; a result has at least one term of each group.
    pub(super) any_of: Vec<Vec<String>>,
    pub(super) domain: Option<String>,
    pub(super) repo: Option<String>,
    /// Whether nothing can pass.
    pub(super) is_empty: bool,
}

impl Filter {
    /// Reads a filter: keys with a text or a list of texts. Null and an empty list restrict nothing.
    ///
    /// # Errors
    /// `invalid-argument` for a key that is not supported, and for values that are not texts, too many or too long.
    pub(super) fn read(filter: &Map<String, Value>, site: &Site) -> Result<Self, Problem> {
        let mut read = Self::default();
        for (key, value) in filter {
            let values = values(key, value)?;
            if values.is_empty() {
                continue;
            }
            let terms = |name: &str| values.iter().map(|value| filter_term(name, value)).collect();
            match key.as_str() {
                "type" => read.any_of.push(values.iter().map(|it| filter_term("type", &canonical(it))).collect()),
                "tags" => read.any_of.push(terms("tag")),
                "metadata.status" => read.any_of.push(terms("status")),
                "capabilities" => read.any_of.push(values.iter().map(|id| id_term(id)).collect()),
                "publisher" => read.is_empty |= !values.contains(&site.publisher()),
                "identifier" => read.identifiers(&values, site)?,
                "metadata.domain" => read.domain = Some(only(key, &values)?),
                "metadata.sourceRepo" => read.repo(only(key, &values)?),
                _ => return Err(unsupported(key)),
            }
        }
        Ok(read)
    }

    fn identifiers(&mut self, values: &[&str], site: &Site) -> Result<(), Problem> {
        let (mut repos, ids): (Vec<&str>, Vec<String>) =
            values.iter().filter_map(|it| site.parts(it)).map(|(repo, id)| (repo, id_term(id))).unzip();
        repos.sort_unstable();
        repos.dedup();
        match repos.as_slice() {
            [] => self.is_empty = true,
            _ => self.repo(only("identifier", &repos)?),
        }
        self.any_of.push(ids);
        Ok(())
    }

    /// Restricts the results to this repo. If another key names a different one, nothing can pass.
    fn repo(&mut self, repo: String) {
        self.is_empty |= self.repo.as_ref().is_some_and(|other| *other != repo);
        self.repo = Some(repo);
    }
}

fn values<'a>(key: &str, value: &'a Value) -> Result<Vec<&'a str>, Problem> {
    let list = match value {
        Value::Null => &[],
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let texts =
        list.iter().map(|it| it.as_str().filter(|text| text.chars().count() <= MAX_CHARS && !text.contains('\0')));
    match texts.collect::<Option<Vec<&str>>>() {
        Some(texts) if texts.len() <= MAX_VALUES => Ok(texts),
        _ => Err(invalid(format!(
            "`query.filter` may have a text of at most {MAX_CHARS} characters or a list of at most {MAX_VALUES} for `{}`.",
            quoted(key)
        ))),
    }
}

/// The value of a key that may have only one.
fn only(key: &str, values: &[&str]) -> Result<String, Problem> {
    match values {
        [first, rest @ ..] if rest.iter().all(|it| it == first) => Ok((*first).to_owned()),
        _ => {
            Err(invalid(format!("This hub filters `{key}` by one repo or domain at a time; send a request for each.")))
        }
    }
}

fn unsupported(key: &str) -> Problem {
    invalid(format!(
        "This hub does not filter by `{}`, but by `type`, `tags`, `capabilities`, `publisher`, `identifier`, `metadata.domain`, \
         `metadata.sourceRepo` and `metadata.status`.",
        quoted(key)
    ))
}

/// The problem of a value that is not allowed.
pub(super) fn invalid(detail: impl Into<String>) -> Problem {
    Problem::new(&kinds::INVALID_ARGUMENT, detail)
}
