//! Ids that two repos publish: the document keeps both and reports the conflict.

use crate::limits::{MAX_CONFLICT_BYTES, MAX_CONFLICTS};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// An id that more than one repo publishes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Conflict {
    /// The capability's id.
    pub id: String,
    /// The repos, in order.
    pub repos: Vec<String>,
}

/// The conflicts of a document, as far as there is room for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflicts {
    /// The first conflicts by id: at most [`MAX_CONFLICTS`], of at most [`MAX_CONFLICT_BYTES`].
    pub listed: Vec<Conflict>,
    /// How many more there are.
    pub omitted: usize,
}

/// The conflicts among the capabilities of these sources (repo, ids).
pub fn conflicts<'a, I>(sources: impl IntoIterator<Item = (&'a str, I)>) -> Conflicts
where
    I: IntoIterator<Item = &'a str>,
{
    let sources: Vec<(&str, Vec<&str>)> =
        sources.into_iter().map(|(repo, ids)| (repo, ids.into_iter().collect())).collect();
    let mut publishers: BTreeMap<&str, usize> = BTreeMap::new();
    for id in sources.iter().flat_map(|(_, ids)| ids) {
        *publishers.entry(id).or_default() += 1;
    }
    publishers.retain(|_, count| *count > 1);
    let mut listing = Listing::default();
    for (repo, ids) in &sources {
        listing.add(repo, ids.iter().filter(|id| publishers.contains_key(*id)).map(|id| (*id).to_owned()));
    }
    listing.finish(publishers.len())
}

/// The first conflicts by id, found source by source; takes no more memory than what is listed in the end.
#[derive(Default)]
pub struct Listing {
    repos: Vec<String>,
    /// The numbers of the repos that publish an id.
    publishers: BTreeMap<String, Vec<usize>>,
    bytes: usize,
    /// The first id that has no room; neither it nor any later one is kept.
    end: Option<String>,
}

impl Listing {
    /// Adds a source with those of its ids that several sources publish.
    pub fn add(&mut self, repo: &str, ids: impl IntoIterator<Item = String>) {
        let number = self.repos.len();
        self.repos.push(repo.to_owned());
        for id in ids {
            if self.end.as_ref().is_some_and(|end| id >= *end) {
                continue;
            }
            self.bytes += if self.publishers.contains_key(&id) { 0 } else { conflict_bytes(&id) } + repo_bytes(repo);
            self.publishers.entry(id).or_default().push(number);
            while self.bytes > MAX_CONFLICT_BYTES || self.publishers.len() > MAX_CONFLICTS {
                let Some((id, numbers)) = self.publishers.pop_last() else { break };
                let repos = numbers.iter().filter_map(|number| self.repos.get(*number));
                self.bytes -= conflict_bytes(&id) + repos.map(|repo| repo_bytes(repo)).sum::<usize>();
                self.end = Some(id);
            }
        }
    }

    /// The conflicts; `count` is their total number.
    pub fn finish(self, count: usize) -> Conflicts {
        let repos = |numbers: Vec<usize>| {
            let mut repos: Vec<String> = numbers.iter().filter_map(|number| self.repos.get(*number)).cloned().collect();
            repos.sort();
            repos
        };
        let shared = self.publishers.into_iter().filter(|(_, numbers)| numbers.len() > 1);
        let listed: Vec<Conflict> = shared.map(|(id, numbers)| Conflict { id, repos: repos(numbers) }).collect();
        let omitted = if self.end.is_some() { count.saturating_sub(listed.len()) } else { 0 };
        Conflicts { listed, omitted }
    }
}

/// Bytes of a conflict as JSON, without its repos.
fn conflict_bytes(id: &str) -> usize {
    id.len() + r#"{"id":"","repos":[]},"#.len()
}

/// Bytes of a repo in a conflict as JSON.
fn repo_bytes(repo: &str) -> usize {
    repo.len() + r#""","#.len()
}
