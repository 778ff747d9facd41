//! When another hub verified its sources, according to its log.

use api::federated::Verified;
use federation::name::is_repo;
use federation::time::{Seconds, parse_rfc3339};
use std::collections::HashMap;
use store::StoreError;
use store::database::Transaction;
use store::sources::{self, Source};

/// How far apart simultaneous verifications may be written, in seconds: transactions may commit out of the order of their times.
const OVERLAP: Seconds = 30;

/// Up to when verifications are known, after those up to `last` have been recorded. The last moments are requested again.
pub fn known_until(before: Option<Seconds>, last: Option<Seconds>, now: Seconds) -> Option<Seconds> {
    before.filter(|at| *at <= now).max(last.map(|at| at.min(now - OVERLAP)))
}

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
    let told = told.filter(|(repo, _)| is_repo(repo));
    let told: HashMap<&str, Seconds> = told.collect();
    let repos: Vec<&str> = told.keys().copied().collect();
    let mut known: Vec<Source> = sources::by_repos(tx, &repos).await?.into_values().collect();
    known.retain(|source| is_from_there(source) && source.record.verified_at < told.get(source.repo()).copied());
    known.iter_mut().for_each(|source| source.record.verified_at = told.get(source.repo()).copied());
    sources::save_records(tx, &known).await?;
    Ok(told.values().max().copied())
}
