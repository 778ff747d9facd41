//! Ids that are similar to one that does not exist.

use super::read::place_of;
use federation::search::{Synonyms, find};
use serde_json::Value;
use store::StoreError;
use store::database::Transaction;
use store::search::{self as index, Scope};

/// Maximum number of ids that are suggested.
const MAX_NEAR_IDS: usize = 3;
/// Maximum number of ids that are compared because they have words in common.
const MAX_SIMILAR: usize = 20;

/// Ids that are similar to one that does not exist: its neighbours in sort order, and those that have its words.
pub(super) async fn find_similar(tx: &mut impl Transaction, id: &str) -> Result<Vec<String>, StoreError> {
    let mut similar = index::neighbours(tx, id).await?;
    let question = [id.to_owned()];
    let found = find(&mut Scope::newest(tx), &question, &Synonyms::default(), &[]).await?;
    let best: Vec<(i64, u32)> = found.matches.iter().take(MAX_SIMILAR).map(place_of).collect();
    for (_, json) in index::entries(tx, &best).await? {
        let entry: Value = serde_json::from_str(&json).unwrap_or_default();
        similar.extend(entry.get("id").and_then(Value::as_str).map(str::to_owned));
    }
    Ok(similar)
}

/// The detail of `capability-not-found`: similar ids, and how to search further.
pub(super) fn suggest(wrong: &str, candidates: Vec<String>) -> String {
    if candidates.iter().any(|id| id == wrong) {
        return "This repo publishes no capability with this id, but others do; omit `repo`.".to_owned();
    }
    let mut near: Vec<(usize, String)> = candidates
        .into_iter()
        .map(|id| (strsim::damerau_levenshtein(wrong, &id), id))
        .filter(|(distance, id)| *distance <= id.chars().count() / 3)
        .collect();
    near.sort();
    near.dedup();
    let nearest = near.first().map_or(0, |(distance, _)| *distance);
    near.retain(|(distance, _)| *distance <= nearest + 1);
    let near: Vec<String> = near.into_iter().take(MAX_NEAR_IDS).map(|(_, id)| format!("`{id}`")).collect();
    let hint = match near.as_slice() {
        [] => String::new(),
        near => format!(" Did you mean {}?", near.join(" or ")),
    };
    format!("No source publishes a capability with this id.{hint} `GET /v1/capabilities?q=WORDS` searches.")
}
