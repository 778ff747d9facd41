//! Writing what checks found: a batch, one transaction, at most one revision.

use super::check::Checked;
use super::report::{Outcome, SourceReport};
use crate::ports::{Database, Transaction as _};
use crate::publish::publish;
use crate::store::revisions::{Origin, Revision};
use crate::store::sources::Source;
use crate::store::{StoreError, snapshots, sources};
use federation::source::Observation;
use federation::time::Seconds;

/// A finished check with the source as it was when the check began.
pub(super) struct Finished {
    pub source: Source,
    pub checked: Checked,
}

/// Writes a batch.
pub(super) async fn record(
    database: &impl Database,
    batch: Vec<Finished>,
    origin: Origin<'_>,
    now: Seconds,
) -> Result<(Option<Revision>, Vec<SourceReport>), StoreError> {
    let mut tx = database.write().await?;
    let mut reports = Vec::with_capacity(batch.len());
    let mut accepted = Vec::new();
    for Finished { source: planned, checked } in batch {
        let Some(mut source) = sources::get(&mut tx, planned.repo()).await? else {
            reports.push(SourceReport::new(&planned, Outcome::Superseded, now));
            continue;
        };
        // Only an observation of this very registration and record may be applied: no resurrection, no older answer on top.
        let registration = &source.registered.registration;
        let overtaken = registration.url != planned.registered.registration.url
            || !registration.enabled
            || source.record.checked != planned.record.checked
            || source.record.last_attempt_at != planned.record.last_attempt_at;
        if overtaken {
            reports.push(SourceReport::new(&source, Outcome::Superseded, now));
            continue;
        }
        if let Some(new) = checked.snapshot {
            snapshots::insert(&mut tx, &new.digest, &new.bytes, new.capability_count, now).await?;
            let domain = &planned.registered.registration.domain;
            snapshots::insert_fragment(&mut tx, &new.digest, source.repo(), domain, new.fragment).await?;
        }
        let jitter = jitter(source.repo(), now);
        let before = source.record.accepted.clone();
        let observation: Observation = checked.observation;
        let effect = source.record.observe(&source.registered.registration, observation, now, jitter);
        sources::save_record(&mut tx, source.repo(), &source.record).await?;
        if source.record.accepted != before {
            accepted.push(source.repo().to_owned());
        }
        reports.push(SourceReport::new(&source, effect.into(), now));
    }
    let repos: Vec<&str> = accepted.iter().map(String::as_str).collect();
    let revision = publish(&mut tx, &repos, origin, now).await?;
    tx.commit().await?;
    Ok((revision, reports))
}

/// A number in 0 ..= 1 that differs between sources and between times.
fn jitter(repo: &str, now: Seconds) -> f64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    (repo, now).hash(&mut hasher);
    (hasher.finish() % 1024) as f64 / 1023.0
}
