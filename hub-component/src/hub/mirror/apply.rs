//! Publishes a revision of the primary here, if its digest comes out the same.

use super::{Fault, fault, indexes};
use crate::hub::App;
use crate::hub::publish::{Contributions, publish_as};
use crate::ports::Ports;
use api::federated::Logged;
use federation::compose::SourceLine;
use federation::registration::Registration;
use federation::source::SourceRecord;
use federation::time::{Seconds, parse_rfc3339};
use std::collections::BTreeSet;
use store::StoreError;
use store::database::{Transaction, write_with};
use store::leases::Lease;
use store::registrations::{self, Registered, new_incarnation};
use store::revisions::{self, Origin};
use store::sources::{self, Source};

/// Publishes one revision.
///
/// # Errors
/// If its digest is not the one that the primary gives; then nothing of it is published.
pub(super) async fn revision<P: Ports>(
    app: &App<P>,
    primary: &str,
    logged: Logged,
    lease: &Lease,
) -> Result<(), Fault> {
    let number = logged.revision;
    let wrong = |what: &str| fault(format!("revision {number} of {primary}: {what}"));
    let composed_at = parse_rfc3339(&logged.composed_at).ok_or_else(|| wrong("`composed_at` is not a time"))?;
    let mut registered = Vec::with_capacity(logged.put.len());
    for line in &logged.put {
        registered.push(line.registration().ok_or_else(|| wrong("a source is not a valid registration"))?);
    }
    let wanted: Vec<_> = logged.put.iter().zip(&registered).collect();
    let obtained = indexes::obtain(app, primary, wanted, lease, None).await?;
    if let Some((repo, _)) = obtained.refused.first_key_value() {
        return Err(fault(format!("{primary} publishes an index of {repo} that this version refuses")));
    }

    write_with(app.database().await?, async |tx| {
        lease.renew(tx, app.ports.now()).await?;
        let mut removed: BTreeSet<String> = logged.removed.into_iter().collect();
        if logged.whole {
            removed.extend(revisions::composition(tx).await?.into_keys());
        }
        for line in &logged.put {
            removed.remove(&line.repo);
        }
        let mut lines: Contributions<'_> = removed.iter().map(|repo| (repo.as_str(), None)).collect();
        lines.extend(logged.put.iter().map(|line| (line.repo.as_str(), Some(line.clone()))));
        register(tx, &logged.put, registered, composed_at).await?;
        for repo in &removed {
            registrations::delete(tx, repo).await?;
        }
        let origin = Origin { actor: &logged.actor, cause: &logged.cause, request_id: None };
        let published = publish_as(tx, number, lines, origin, composed_at).await?;
        let digest = published.revision.map(|revision| revision.digest);
        if digest.as_ref() != Some(&logged.digest) {
            let found = digest.map_or("nothing changes".to_owned(), |digest| format!("they have the digest {digest}"));
            return Err(wrong(&format!("its sources do not have the digest {}; here, {found}", logged.digest)));
        }
        for (repo, commit) in &logged.provenance {
            if let Some(line) = logged.put.iter().find(|line| line.repo == *repo) {
                revisions::note_commit(tx, repo, &line.index_digest, commit).await?;
            }
        }
        Ok(())
    })
    .await
}

/// Writes what is known about the registrations, so that reads by repo find them. If the mirror becomes a hub of its own, all are due.
async fn register(
    tx: &mut impl Transaction,
    lines: &[SourceLine],
    new: Vec<Registration>,
    now: Seconds,
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
        source.record.verified_at = source.record.verified_at.max(Some(now));
        written.push(source);
    }
    sources::save_records(tx, &written).await
}
