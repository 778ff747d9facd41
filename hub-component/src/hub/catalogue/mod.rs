//! Catalogues: lists the repositories of organisations, and keeps the registrations that follow from them.

mod apply;
mod changes;
mod listing;
mod probe;
mod refresh;
mod rename;
mod view;

use federation::catalogue::Catalogue;
pub use listing::LISTING_TIME;
pub use refresh::{refresh_due, refresh_later};
use store::StoreError;
use store::catalogues::{self, Stored};
use store::database::Transaction;
pub use view::{not_found, page, view};

/// The catalogue as it is now, if it still is the one that was read: it may have been changed or deleted in the meantime.
async fn unchanged(tx: &mut impl Transaction, before: &Stored) -> Result<Option<Stored>, StoreError> {
    let now = catalogues::get(tx, &before.catalogue.name).await?;
    Ok(now.filter(|now| now.incarnation == before.incarnation && now.catalogue == before.catalogue))
}

/// The registration of a repository, as a document to be checked.
fn registration(catalogue: &Catalogue, repo: &str, url: &str, domain: Option<&str>) -> serde_json::Value {
    serde_json::json!({
        "repo": repo,
        "url": url,
        "domain": domain.unwrap_or(&catalogue.domain),
        "cache_ttl_seconds": catalogue.cache_ttl_seconds,
    })
}
