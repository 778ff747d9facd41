//! Ids that two repos publish: the document keeps both and reports the conflict.

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

/// Every conflict among the capabilities of these sources (repo, ids), ordered by id. The sources must be ordered by repo.
pub fn conflicts<'a, I>(sources: impl IntoIterator<Item = (&'a str, I)>) -> Vec<Conflict>
where
    I: IntoIterator<Item = &'a str>,
{
    let mut publishers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (repo, ids) in sources {
        for id in ids {
            publishers.entry(id).or_default().push(repo);
        }
    }
    publishers
        .into_iter()
        .filter(|(_, repos)| repos.len() > 1)
        .map(|(id, repos)| Conflict { id: id.to_owned(), repos: repos.into_iter().map(str::to_owned).collect() })
        .collect()
}
