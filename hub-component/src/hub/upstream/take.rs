//! Applies the changes that a page of an upstream's log lists.

use super::{Fault, kinds};
use crate::hub::App;
use crate::hub::jitter::jitter;
use crate::hub::mirror::indexes::{Obtained, obtain};
use crate::hub::mirror::verified;
use crate::hub::publish::publish;
use crate::hub::relayed::{choose_anew, registration};
use crate::ports::Ports;
use api::Json;
use api::events::cause;
use api::federated::{Log, Logged};
use federation::compose::{SourceLine, digest};
use federation::registration::Registration;
use federation::time::Seconds;
use federation::upstream::{Seen, actor, is_path, path};
use std::collections::{BTreeMap, HashSet};
use store::StoreError;
use store::database::{Transaction, read_with, write_with};
use store::leases::Lease;
use store::revisions::Origin;
use store::sources::Source;
use store::upstreams::{self, Stored, VALID};

/// Maximum bytes of all lines of an upstream: as many as one response may have.
pub const MAX_LINES_BYTES: usize = 16 << 20;

type Lines = BTreeMap<String, SourceLine>;

/// The upstream as it is now, unless it was set again or removed in the meantime.
pub(super) async fn unchanged(tx: &mut impl Transaction, before: &Stored) -> Result<Option<Stored>, StoreError> {
    Ok(upstreams::get(tx, &before.name).await?.filter(|now| now.incarnation == before.incarnation))
}

/// Publishes what a page changed. Returns the upstream if there is more to take.
///
/// # Errors
/// If the page does not match its digests, or an index does not arrive; then nothing of the page is taken.
pub(super) async fn page<P: Ports>(
    app: &App<P>,
    own: &str,
    stored: &Stored,
    page: Log,
    lease: &Lease,
    until: Seconds,
) -> Result<Option<Stored>, Fault> {
    let database = app.database().await?;
    let Log { newest, revisions, verified: told, .. } = page;
    let mut seen = stored.record.seen.clone();
    let (mut before, mut after) = (Lines::new(), Lines::new());
    let is_anew = stored.record.seen.is_none();
    if is_anew || !revisions.is_empty() {
        before = read_with(database, async |tx| upstreams::lines(tx, &stored.name).await).await?;
        // A new start forgets what is known: the first revision must be whole.
        after = if is_anew { Lines::new() } else { before.clone() };
        seen = replay(stored, &mut after, seen, revisions)?;
    }
    let is_all = seen.as_ref().map_or(0, |it| it.revision) == newest.as_ref().map_or(0, |it| it.revision);
    if !is_all && stored.record.seen == seen {
        return Err(unreadable(stored, "it reports newer revisions but sent none"));
    }
    let changed: Vec<&SourceLine> =
        after.values().filter(|line| is_anew || before.get(&line.repo) != Some(line)).collect();
    let removed: Vec<&str> = before.keys().filter(|repo| !after.contains_key(*repo)).map(String::as_str).collect();
    let registrations = acceptable(stored, own, &changed)?;
    let wanted = registrations.iter().map(|(line, registration)| (*line, registration)).collect();
    let obtained = obtain(app, &stored.upstream.url, wanted, lease, Some(until)).await.map_err(Fault::of)?;
    if obtained.is_cut {
        // What was fetched is stored, so that the next turn gets further.
        return Ok(None);
    }
    let lines = judged(&changed, &registrations, &obtained);

    let now = app.ports.now();
    write_with(database, async |tx| {
        let Some(mut current) = unchanged(tx, stored).await? else { return Ok(None) };
        lease.renew(tx, now).await?;
        upstreams::put_lines(tx, &current.name, &lines).await?;
        upstreams::remove_lines(tx, &current.name, &removed).await?;
        let repos: Vec<&str> = removed.iter().copied().chain(changed.iter().map(|line| line.repo.as_str())).collect();
        publish_anew(tx, own, &current.name, &repos, now).await?;
        let is_from_there = |source: &Source| source.registered.upstream() == Some(current.name.as_str());
        let verified_last = verified::note(tx, &told, now, is_from_there).await?;
        if is_all {
            current.record.verified_at = verified::known_until(current.record.verified_at, verified_last, now);
        }
        current.record.follow(seen, is_all, now, jitter(&current.name, now));
        upstreams::save(tx, &current).await?;
        Ok(Some(current).filter(|_| !is_all))
    })
    .await
}

/// Publishes the best offers of these repos, all of them or none.
async fn publish_anew(
    tx: &mut impl Transaction,
    own: &str,
    name: &str,
    repos: &[&str],
    now: Seconds,
) -> Result<(), Fault> {
    if repos.is_empty() {
        return Ok(());
    }
    let lines = choose_anew(tx, own, repos, now).await?;
    let actor = actor(name);
    let origin = Origin { actor: &actor, cause: cause::UPSTREAM, request_id: None };
    match publish(tx, lines, origin, now).await?.kept_back.first() {
        None => Ok(()),
        Some(repo) => Err(Fault::Upstream(&kinds::UPSTREAM_TOO_LARGE, format!("There is no room for `{repo}`."))),
    }
}

fn unreadable(stored: &Stored, why: &str) -> Fault {
    let why = format!("{} did not send a valid response of a hub: {why}", stored.upstream.url);
    Fault::Upstream(&kinds::UPSTREAM_UNREACHABLE, why)
}

/// Applies these revisions to the lines, one after the other, and compares the digest of each.
fn replay(
    stored: &Stored,
    lines: &mut Lines,
    mut seen: Option<Seen>,
    revisions: Vec<Json<Logged>>,
) -> Result<Option<Seen>, Fault> {
    for logged in &revisions {
        let logged = logged.read().map_err(|error| unreadable(stored, &error.to_string()))?;
        let revision = logged.revision;
        if seen.as_ref().is_some_and(|seen| seen.revision >= revision) || (seen.is_none() && !logged.whole) {
            return Err(unreadable(stored, &format!("revision {revision} does not continue what was sent before")));
        }
        if logged.whole {
            lines.clear();
        }
        for repo in &logged.removed {
            lines.remove(repo);
        }
        lines.extend(logged.put.into_iter().map(|line| (line.repo.clone(), line)));
        let found = digest(lines.values());
        if found != logged.digest {
            let (url, said) = (&stored.upstream.url, &logged.digest);
            let why = format!("{url}: the sources of revision {revision} have the digest {found}, not {said}");
            return Err(Fault::Upstream(&kinds::UPSTREAM_FALSIFIED, why));
        }
        seen = Some(Seen { revision, digest: found });
    }
    let bytes: usize =
        lines.values().map(|it| it.url.len() + it.via.iter().map(String::len).sum::<usize>() + 300).sum();
    match bytes {
        0..=MAX_LINES_BYTES => Ok(seen),
        _ => {
            let why = format!("{} publishes {} sources", stored.upstream.url, lines.len());
            Err(Fault::Upstream(&kinds::UPSTREAM_TOO_LARGE, why))
        }
    }
}

/// The acceptable lines, with their registrations.
fn acceptable<'a>(
    stored: &Stored,
    own: &str,
    lines: &[&'a SourceLine],
) -> Result<Vec<(&'a SourceLine, Registration)>, Fault> {
    let mut acceptable = Vec::with_capacity(lines.len());
    for line in lines {
        let registration = registration(line).filter(|_| is_path(&line.via));
        let registration = registration.ok_or_else(|| unreadable(stored, "a source is not a valid registration"))?;
        if path(own, &stored.upstream.url, stored.upstream.transitive, &line.via).is_some() {
            acceptable.push((*line, registration));
        }
    }
    Ok(acceptable)
}

/// The lines with the verdict on their index; an empty one if it was not read.
fn judged<'a>(
    lines: &[&'a SourceLine],
    read: &[(&SourceLine, Registration)],
    obtained: &'a Obtained,
) -> Vec<(&'a SourceLine, &'a str)> {
    let read: HashSet<&str> = read.iter().map(|(line, _)| line.repo.as_str()).collect();
    let verdict = |line: &SourceLine| match obtained.refused.get(&line.repo) {
        Some(code) => code.as_str(),
        None if read.contains(line.repo.as_str()) => VALID,
        None => "",
    };
    lines.iter().map(|line| (*line, verdict(line))).collect()
}
