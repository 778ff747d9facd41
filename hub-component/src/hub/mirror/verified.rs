//! When another hub verified its sources, according to its log.

use api::federated::Verified;
use federation::time::{Seconds, parse_rfc3339};
use std::collections::HashMap;
use store::StoreError;
use store::database::Transaction;
use store::sources::{self, Source};

/// How far apart simultaneous verifications may be written, in seconds: transactions may commit out of the order of their times.
pub const OVERLAP: Seconds = 30;

/// Records these times for the sources for which `is_from_there` holds. Returns the latest of all times.
///
/// # Errors
/// If the store fails.
pub async fn note(
    tx: &mut impl Transaction,
    verified: &[Verified],
    now: Seconds,
    is_from_there: impl Fn(&Source) -> bool,
) -> Result<Option<Seconds>, StoreError> {
    let told = verified.iter().filter_map(|it| Some((it.repo.as_str(), parse_rfc3339(&it.at)?.min(now))));
    let told: HashMap<&str, Seconds> = told.collect();
    let repos: Vec<&str> = told.keys().copied().collect();
    let mut known: Vec<Source> = sources::by_repos(tx, &repos).await?.into_values().collect();
    known.retain(|source| is_from_there(source) && source.record.verified_at < told.get(source.repo()).copied());
    known.iter_mut().for_each(|source| source.record.verified_at = told.get(source.repo()).copied());
    sources::save_records(tx, &known).await?;
    Ok(told.values().max().copied())
}
