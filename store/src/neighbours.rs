//! The neighbours of a capability in the newest revision: others with its tags, and others of its repo.

use crate::StoreError;
use crate::database::Transaction;
use crate::search::{self, Scope};
use federation::search::{Index as _, filter_term, id_term};
use serde_json::Value;
use std::collections::BTreeMap;

/// Entries under the id whose tags are compared.
const MAX_ENTRIES: usize = 3;
/// Tags that are compared.
const MAX_TAGS: usize = 6;
/// The longest tag that is compared, in bytes.
const MAX_TAG_BYTES: usize = 200;
/// Entries before and after the capability in its index that are considered.
const MAX_DISTANCE: u32 = 8;
/// The longest entry that is returned, in bytes; of a longer one, only the id is.
const MAX_ENTRY_BYTES: usize = 16 << 10;

/// Another capability.
#[derive(Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Its id.
    pub id: String,
    /// The repo that publishes it.
    pub repo: String,
    /// Its entry as JSON; `None` if that is longer than 16 KiB.
    pub json: Option<String>,
}

/// The neighbours of a capability.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// The capabilities with the most tags in common, in any repo.
    pub by_tags: Vec<Neighbour>,
    /// The nearest ones in the index of the first repo that publishes it, without those above.
    pub in_repo: Vec<Neighbour>,
}

/// A place in the index: the number of a fragment, and the position in it.
type At = (i64, u32);

/// Up to `limit` neighbours of each kind of the capability with this id, in at most five statements.
pub async fn neighbours(tx: &mut impl Transaction, id: &str, limit: usize) -> Result<Neighbours, StoreError> {
    let mut own = places(tx, &[id_term(id)]).await?;
    own.truncate(MAX_ENTRIES);
    let own: Vec<(At, String)> = own.into_iter().map(|(at, repo, _)| (at, repo)).collect();
    let Some((first, repo)) = own.first().cloned() else { return Ok(Neighbours::default()) };
    let mut tags = Vec::new();
    for (_, json) in search::entries(tx, &own.iter().map(|(at, _)| *at).collect::<Vec<_>>()).await? {
        let entry: Value = serde_json::from_str(&json).unwrap_or_default();
        let list = entry.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        tags.extend(list.filter(|tag| tag.len() <= MAX_TAG_BYTES).map(|tag| filter_term("tag", tag)));
    }
    tags.sort();
    tags.dedup();
    tags.truncate(MAX_TAGS);
    let mut tagged = if tags.is_empty() { Vec::new() } else { places(tx, &tags).await? };
    tagged.retain(|(at, ..)| !own.iter().any(|(own, _)| own == at));
    tagged.sort_by(|(a, first, n), (b, second, m)| m.cmp(n).then_with(|| first.cmp(second)).then(a.1.cmp(&b.1)));
    tagged.truncate(limit);
    let tagged: Vec<(At, String)> = tagged.into_iter().map(|(at, repo, _)| (at, repo)).collect();
    let (fragment, position) = first;
    let beside = (1..=MAX_DISTANCE).flat_map(|by| [position.checked_sub(by), position.checked_add(by)]).flatten();
    let beside = beside.map(|position| ((fragment, position), repo.clone()));
    let beside: Vec<(At, String)> = beside.filter(|(at, _)| !tagged.iter().any(|(other, _)| other == at)).collect();
    let by_tags = read(tx, tagged).await?;
    let mut in_repo = read(tx, beside).await?;
    in_repo.retain(|it| it.id != id);
    in_repo.truncate(limit);
    Ok(Neighbours { by_tags, in_repo })
}

/// The entries of the newest revision that have some of these terms: their place, their repo, and how many of the terms they have.
async fn places(tx: &mut impl Transaction, terms: &[String]) -> Result<Vec<(At, String, usize)>, StoreError> {
    let mut found = BTreeMap::<At, (String, usize)>::new();
    for row in Scope::newest(tx).rows(terms).await? {
        for position in row.positions() {
            found.entry((row.fragment, position.into())).or_insert_with(|| (row.repo.clone(), 0)).1 += 1;
        }
    }
    let mut found: Vec<_> = found.into_iter().map(|(at, (repo, count))| (at, repo, count)).collect();
    found.sort_by(|(a, first, _), (b, second, _)| first.cmp(second).then(a.cmp(b)));
    Ok(found)
}

async fn read(tx: &mut impl Transaction, places: Vec<(At, String)>) -> Result<Vec<Neighbour>, StoreError> {
    let at: Vec<At> = places.iter().map(|(at, _)| *at).collect();
    let mut neighbours = Vec::new();
    for (place, json) in search::entries(tx, &at).await? {
        let entry: Value = serde_json::from_str(&json).unwrap_or_default();
        let id = entry.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let repo = places.get(place).map(|(_, repo)| repo.clone()).unwrap_or_default();
        neighbours.push(Neighbour { id, repo, json: Some(json).filter(|json| json.len() <= MAX_ENTRY_BYTES) });
    }
    Ok(neighbours)
}
