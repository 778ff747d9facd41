//! Publishes a revision of the primary here, if its digest comes out the same.

use super::page::{Checked, check};
use super::{Fault, fault, indexes};
use crate::hub::App;
use crate::hub::publish::{Contributions, Published, publish_as};
use crate::ports::Ports;
use api::federated::Logged;
use federation::compose::SourceLine;
use federation::registration::Registration;
use federation::source::SourceRecord;
use federation::time::{Seconds, rfc3339};
use std::collections::BTreeSet;
use store::StoreError;
use store::database::{Transaction, write_with};
use store::leases::Lease;
use store::registrations::{self, Registered, new_incarnation};
use store::revisions::{self, Origin, log};
use store::sources::{self, Source};

/// Publishes one revision, which the caller knows to be newer than what is here.
///
/// # Errors
/// If its digest or its time is not the one that the primary gives; then nothing of it is published.
pub(super) async fn revision<P: Ports>(
    app: &App<P>,
    primary: &str,
    logged: Logged,
    lease: &Lease,
) -> Result<(), Fault> {
    let number = logged.revision;
    let wrong = |what: &str| fault(format!("revision {number} of {primary}: {what}"));
    let Checked { composed_at, registered, verified } = check(&logged).map_err(wrong)?;
    let wanted: Vec<_> = logged.put.iter().zip(&registered).collect();
    let obtained = indexes::obtain(app, primary, wanted, lease, None).await?;
    if let Some((repo, _)) = obtained.refused.first_key_value() {
        return Err(fault(format!("{primary} publishes an index of {repo} that this version refuses")));
    }

    write_with(app.database().await?, async |tx| {
        let now = app.ports.now();
        lease.renew(tx, now).await?;
        if log::last(tx).await? >= number {
            // This instance slept, and another one followed.
            return Ok(());
        }
        let mut removed: BTreeSet<String> = logged.removed.iter().cloned().collect();
        if logged.whole {
            removed.extend(revisions::composition(tx).await?.into_keys());
        }
        for line in &logged.put {
            removed.remove(&line.repo);
        }
        let mut lines: Contributions<'_> = removed.iter().map(|repo| (repo.as_str(), None)).collect();
        lines.extend(logged.put.iter().map(|line| (line.repo.as_str(), Some(line.clone()))));
        let verified_at = |repo: &str| verified.get(repo).copied().unwrap_or(composed_at).min(now);
        register(tx, &logged.put, registered, composed_at.min(now), verified_at).await?;
        for repo in &removed {
            registrations::delete(tx, repo).await?;
        }
        let origin = Origin { actor: &logged.actor, cause: &logged.cause, request_id: None };
        let published = publish_as(tx, number, lines, origin, composed_at).await?;
        compare(published, &logged, composed_at).map_err(|what| wrong(&what))?;
        for (repo, commit) in &logged.provenance {
            if let Some(line) = logged.put.iter().find(|line| line.repo == *repo) {
                revisions::note_commit(tx, repo, &line.index_digest, commit).await?;
            }
        }
        Ok(())
    })
    .await
}

/// Compares what was published here with what the primary published.
fn compare(published: Published, logged: &Logged, composed_at: Seconds) -> Result<(), String> {
    let Some(found) = published.revision.filter(|_| published.kept_back.is_empty()) else {
        return Err("there is no room for its sources".to_owned());
    };
    if found.digest != logged.digest {
        return Err(format!("its sources have the digest {}, not {}", found.digest, logged.digest));
    }
    if found.composed_at != composed_at {
        let before = rfc3339(found.composed_at);
        return Err(format!("`composed_at` is {}, earlier than {before} of the one before", logged.composed_at));
    }
    Ok(())
}

/// Writes what is known about the registrations, so that reads by repo find them. If the mirror becomes a hub of its own, all are due.
async fn register(
    tx: &mut impl Transaction,
    lines: &[SourceLine],
    new: Vec<Registration>,
    now: Seconds,
    verified_at: impl Fn(&str) -> Seconds,
) -> Result<(), StoreError> {
    let repos: Vec<&str> = lines.iter().map(|line| line.repo.as_str()).collect();
    let mut known = sources::by_repos(tx, &repos).await?;
    let mut written = Vec::with_capacity(lines.len());
    for (line, registration) in lines.iter().zip(new) {
        let mut source = match known.remove(&line.repo) {
            Some(mut source) => {
                registrations::update(tx, &registration, now).await?;
                source.registered.registration = registration;
                source
            }
            None => {
                let (by, incarnation) = ("mirror".to_owned(), new_incarnation());
                let registered =
                    Registered { registration, registered_at: now, updated_at: now, registered_by: by, incarnation };
                registrations::insert(tx, &registered).await?;
                Source { registered, record: SourceRecord::default() }
            }
        };
        source.record.accepted = Some(line.clone().into());
        source.record.verified_at = Some(verified_at(&line.repo));
        written.push(source);
    }
    sources::save_records(tx, &written).await
}
