//! Where to look further: ids that are similar to an unknown one, and the domains and tags of weak results.

use federation::search::{Hit, MAX_NEAR, Near};
use store::StoreError;
use store::database::Transaction;
use store::facets::{self, Facet, FacetScope};

/// Maximum number of ids that are suggested.
const MAX_NEAR_IDS: usize = 3;

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

/// The domains and tags of results that do not fit well.
pub(super) fn places(hits: &[Hit]) -> Near {
    Near::of(hits.iter().map(|hit| &hit.entry))
}

/// The domains and tags with the most capabilities, for a question that nothing answers at all.
pub(super) async fn everywhere(tx: &mut impl Transaction) -> Result<Near, StoreError> {
    let most = |facet: Facet| facet.values.into_iter().take(MAX_NEAR).map(|(value, _)| value).collect();
    let facets = facets::count(tx, FacetScope::default()).await?;
    Ok(Near { domains: most(facets.domains), tags: most(facets.tags) })
}
