//! Sources that came through an upstream: which offer of a repo is published here, and its registration.

use super::publish::line;
use crate::problem::{Problem, kinds};
use federation::compose::SourceLine;
use federation::registration::Registration;
use federation::source::SourceRecord;
use federation::time::Seconds;
use federation::upstream::{Offer, actor, base_url, choose, path};
use std::collections::{BTreeMap, HashMap};
use store::StoreError;
use store::database::Transaction;
use store::registrations::{self, Registered, new_incarnation};
use store::sources::{self, Source};
use store::upstreams;

/// How long a verification by an upstream counts as fresh, in seconds: sources whose pushes are announced are verified once a day.
const TIME_TO_LIVE: u32 = 24 * 60 * 60;

/// The registration of a line that came through an upstream; `None` if it is not a valid one.
pub fn registration(line: &SourceLine) -> Option<Registration> {
    let registration = line.registration()?;
    Some(Registration { required: false, cache_ttl_seconds: TIME_TO_LIVE, ..registration })
}

/// Chooses an offer for each of these repos that is not registered here, and writes its registration, or removes it if no offer is left. Returns what
/// these repos contribute now, for the caller to publish. `own` is the public URL of this hub.
///
/// # Errors
/// If the store fails; the caller must then not commit its transaction.
pub async fn choose_anew<'a>(
    tx: &mut impl Transaction,
    own: &str,
    repos: &[&'a str],
    now: Seconds,
) -> Result<BTreeMap<&'a str, Option<SourceLine>>, StoreError> {
    let mut offers = offers(tx, own, repos).await?;
    let mut known = sources::by_repos(tx, repos).await?;
    let (mut written, mut lines) = (Vec::new(), BTreeMap::new());
    for repo in repos {
        let before = known.remove(*repo);
        if before.as_ref().is_some_and(|source| source.registered.upstream().is_none()) {
            continue;
        }
        let Some(offer) = choose(offers.remove(*repo).unwrap_or_default()) else {
            if before.is_some() {
                registrations::delete(tx, repo).await?;
            }
            lines.insert(*repo, None);
            continue;
        };
        let by = actor(&offer.upstream);
        let taken = offer.into_line();
        let Some(registration) = registration(&taken) else { continue };
        let source = register(tx, registration, by, before, taken, now).await?;
        lines.insert(*repo, line(&source));
        written.push(source);
    }
    sources::save_records(tx, &written).await?;
    Ok(lines)
}

/// The acceptable offers, by repo.
async fn offers(
    tx: &mut impl Transaction,
    own: &str,
    repos: &[&str],
) -> Result<HashMap<String, Vec<Offer>>, StoreError> {
    let mut offers: HashMap<String, Vec<Offer>> = HashMap::new();
    let Some(own) = base_url(own) else { return Ok(offers) };
    let upstreams = upstreams::all(tx).await?;
    if upstreams.is_empty() {
        return Ok(offers);
    }
    for (name, line) in upstreams::lines_of(tx, repos).await? {
        let upstream = upstreams.iter().find(|stored| stored.name == name).map(|stored| &stored.upstream);
        let path = upstream.and_then(|it| path(&own, &it.url, it.transitive, &line.via));
        if let Some(path) = path {
            offers.entry(line.repo.clone()).or_default().push(Offer { upstream: name, path, line });
        }
    }
    Ok(offers)
}

/// Writes the registration of a line, in place of any earlier one.
async fn register(
    tx: &mut impl Transaction,
    registration: Registration,
    registered_by: String,
    before: Option<Source>,
    taken: SourceLine,
    now: Seconds,
) -> Result<Source, StoreError> {
    let mut source = match before {
        Some(mut source) if source.registered.registered_by == registered_by => {
            if source.registered.registration != registration {
                registrations::update(tx, &registration, now).await?;
                source.registered.registration = registration;
            }
            source
        }
        other => {
            if other.is_some() {
                registrations::delete(tx, &registration.repo).await?;
            }
            let verified_at = other.and_then(|source| source.record.verified_at);
            let incarnation = new_incarnation();
            let registered =
                Registered { registration, registered_at: now, updated_at: now, registered_by, incarnation };
            registrations::insert(tx, &registered).await?;
            Source { registered, record: SourceRecord { verified_at, ..SourceRecord::default() } }
        }
    };
    source.record.accepted = Some(taken.into());
    Ok(source)
}

/// Checks that a repo is registered at this hub itself.
///
/// # Errors
/// `repo-relayed` if it came through an upstream.
pub fn is_own(registered: &Registered) -> Result<(), Problem> {
    let Some(upstream) = registered.upstream() else { return Ok(()) };
    let Registration { repo, url, .. } = &registered.registration;
    let detail = format!(
        "`{repo}` comes from the upstream `{upstream}`, and its index is at {url}. Register it here with `POST /v1/repos` to take it over, or change it at its own hub."
    );
    Err(Problem::new(&kinds::REPO_RELAYED, detail))
}
