//! Where to look further: the domains and tags of weak results.

use federation::search::{Hit, MAX_NEAR, Near};
use store::StoreError;
use store::database::Transaction;
use store::facets::{self, Facet, FacetScope};

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
