//! A part of the federation: the sources of some domains or repos.

use super::SourceLine;
use crate::limits::MAX_FILTER_NAMES;
use serde::{Deserialize, Serialize};

/// Which sources a document is restricted to; the default is all of them. Names are sorted and stand once, so that equal filters are
/// written alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Filter {
    /// Only these domains, if any are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domain: Vec<String>,
    /// Only these repos, if any are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repo: Vec<String>,
}

/// What is wrong with a filter, for whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FilterError(String);

impl Filter {
    /// Reads lists of names with commas between them, as query parameters have them.
    ///
    /// # Errors
    /// When a list is empty or longer than [`MAX_FILTER_NAMES`], or has something that no domain or repo can be called.
    pub fn parse(domain: Option<&str>, repo: Option<&str>) -> Result<Self, FilterError> {
        Ok(Self { domain: names("domain", domain, is_domain)?, repo: names("repo", repo, is_repo)? })
    }

    /// Whether it restricts nothing.
    pub fn is_whole(&self) -> bool {
        self.domain.is_empty() && self.repo.is_empty()
    }

    /// Whether it lets a source through.
    pub fn takes(&self, line: &SourceLine) -> bool {
        let among = |names: &[String], name: &String| names.is_empty() || names.binary_search(name).is_ok();
        among(&self.domain, &line.domain) && among(&self.repo, &line.repo)
    }
}

fn names(parameter: &str, list: Option<&str>, is_name: fn(&str) -> bool) -> Result<Vec<String>, FilterError> {
    let Some(list) = list else { return Ok(Vec::new()) };
    if let Some(wrong) = list.split(',').find(|name| !is_name(name)) {
        let wrong: String = wrong.chars().take(100).collect();
        let wrong = wrong.escape_debug();
        return Err(FilterError(format!(
            "`{parameter}` takes names in lower case with commas between them; `{wrong}` cannot be the name of a {parameter}"
        )));
    }
    let mut names: Vec<String> = list.split(',').map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() > MAX_FILTER_NAMES {
        return Err(FilterError(format!("`{parameter}` takes {MAX_FILTER_NAMES} names at the most")));
    }
    Ok(names)
}

/// As `schemas/federation.schema.yaml#/$defs/repo`.
fn is_repo(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.len() <= 100 && name.bytes().all(plain)
}

/// As `schemas/federation.schema.yaml#/$defs/domain`.
fn is_domain(name: &str) -> bool {
    is_repo(name) && name.len() <= 64 && !name.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lists_of_names() {
        let filter = Filter::parse(Some("b,a,b"), None).unwrap();
        assert_eq!((filter.domain.as_slice(), filter.repo.len()), (["a".to_owned(), "b".to_owned()].as_slice(), 0));
        assert!(Filter::parse(None, None).unwrap().is_whole());
        for list in ["", ",", "a,", "A", "a b", ".a", "é", "a, b", &"a".repeat(101)] {
            assert!(Filter::parse(None, Some(list)).is_err(), "{list}");
        }
        assert!(Filter::parse(None, Some("a.b")).is_ok());
        assert!(Filter::parse(Some("a.b"), None).is_err());
        let many: Vec<String> = (0..=MAX_FILTER_NAMES).map(|i| format!("r{i}")).collect();
        assert!(Filter::parse(None, Some(&many.join(","))).is_err());
        assert!(Filter::parse(None, Some(&many[1..].join(","))).is_ok());
    }
}
