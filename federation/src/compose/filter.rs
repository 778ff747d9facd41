//! Restricts the federation to some domains or repos.

use super::SourceLine;
use crate::limits::MAX_FILTER_NAMES;
use crate::name::{is_domain, is_repo};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The sources that a document is restricted to; all of them by default. Names are sorted and unique, so that equal
/// filters have equal representations. An empty list matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Filter {
    /// Only these domains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<Vec<String>>,
    /// Only these repos.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repo: Option<Vec<String>>,
}

/// Describes an error in a filter, for its author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FilterError(String);

impl Filter {
    /// Parses comma-separated lists of names, as in query parameters.
    ///
    /// # Errors
    /// If a list is empty or longer than [`MAX_FILTER_NAMES`], or contains something that is
    /// not the name of a domain or repo.
    pub fn parse(domain: Option<&str>, repo: Option<&str>) -> Result<Self, FilterError> {
        Ok(Self { domain: names("domain", domain, is_domain)?, repo: names("repo", repo, is_repo)? })
    }

    /// Whether the filter matches everything.
    pub fn is_whole(&self) -> bool {
        self.domain.is_none() && self.repo.is_none()
    }

    /// Removes the names that none of these sources has, so that made-up names do not create new documents.
    #[must_use]
    pub fn among<'a>(self, sources: impl Iterator<Item = &'a SourceLine> + Clone) -> Self {
        let known = |names: Option<Vec<String>>, name_of: fn(&SourceLine) -> &str| {
            let present: BTreeSet<&str> =
                names.is_some().then(|| sources.clone().map(name_of)).into_iter().flatten().collect();
            names.map(|names| names.into_iter().filter(|name| present.contains(name.as_str())).collect())
        };
        Self { domain: known(self.domain, |line| &line.domain), repo: known(self.repo, |line| &line.repo) }
    }

    /// Whether the filter matches a source.
    pub fn takes(&self, line: &SourceLine) -> bool {
        let among =
            |names: &Option<Vec<String>>, name| names.as_ref().is_none_or(|names| names.binary_search(name).is_ok());
        among(&self.domain, &line.domain) && among(&self.repo, &line.repo)
    }
}

fn names(parameter: &str, list: Option<&str>, is_name: fn(&str) -> bool) -> Result<Option<Vec<String>>, FilterError> {
    let Some(list) = list else { return Ok(None) };
    if let Some(wrong) = list.split(',').find(|name| !is_name(name)) {
        let wrong: String = wrong.chars().take(100).collect();
        let wrong = wrong.escape_debug();
        return Err(FilterError(format!(
            "`{parameter}` is a comma-separated list of names in lower case; `{wrong}` is not a valid name"
        )));
    }
    let mut names: Vec<String> = list.split(',').map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() > MAX_FILTER_NAMES {
        return Err(FilterError(format!("`{parameter}` may have at most {MAX_FILTER_NAMES} names")));
    }
    Ok(Some(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lists_of_names() {
        let filter = Filter::parse(Some("b,a,b"), None).unwrap();
        assert_eq!((filter.domain, filter.repo), (Some(vec!["a".to_owned(), "b".to_owned()]), None));
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
