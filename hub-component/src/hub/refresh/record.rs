//! Writes the results of checks: one batch, one transaction, at most one revision.

use super::check::Checked;
use super::report::{outcome, outcome_of, report};
use crate::hub::jitter::jitter;
use crate::hub::publish::{Published, line, publish};
use api::refresh::{Outcome, SourceReport};
use federation::digest::Digest;
use federation::provenance::Provenance;
use federation::source::{Accepted, Effect, Held, Observation, SourceRecord};
use federation::time::Seconds;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;
use store::database::{Database, Transaction, write_with};
use store::events::{self, Event, Subject};
use store::revisions::{self, Origin, Revision};
use store::sources::Source;
use store::{StoreError, fragments, leases, quiet, snapshots, sources, tallies};

/// A finished check, with the source as it was when the check began.
pub(super) struct Finished {
    pub source: Source,
    pub checked: Checked,
    /// The commit that was fetched, if one was asked for.
    pub provenance: Option<Provenance>,
    pub took: Duration,
}

/// Results that are written together.
#[derive(Default)]
pub(super) struct Batch {
    pub finished: Vec<Finished>,
    /// Hosts that asked the hub to back off, and until when.
    pub quiet: Vec<(String, Seconds)>,
    /// Sources that are deferred until then because their host asked the hub to back off.
    pub put_off: Vec<(Source, Seconds)>,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.finished.is_empty() && self.put_off.is_empty()
    }

    /// Marks all content of the batch that may be published, what is held included, since publishing it may end the instance as well. New
    /// content that is alone in its batch is marked since it was judged.
    async fn mark(&self, database: &impl Database, lease: &leases::Lease, now: Seconds) -> Result<(), StoreError> {
        if matches!(&self.finished[..], [Finished { checked, .. }] if checked.snapshot.is_some()) {
            return Ok(());
        }
        let publishable = self.finished.iter().filter_map(|Finished { source, checked, .. }| {
            let new = checked.snapshot.as_ref().map(|new| &new.digest);
            Some((new.or(source.record.held.as_ref().map(|held| &held.digest))?, source.repo()))
        });
        let publishable: Vec<(&Digest, &str)> = publishable.collect();
        if publishable.is_empty() { Ok(()) } else { lease.judge(database, &publishable, now).await }
    }

    /// Whether the batch must be written before more is added: until then it is held in memory.
    pub(super) fn is_full(&self) -> bool {
        self.finished.len() >= MAX_BATCH
            || self.finished.iter().map(|finished| finished.checked.size()).sum::<usize>() >= MAX_BATCH_BYTES
    }
}

/// Maximum number of results in a batch; a batch needs one fsync instead of many.
const MAX_BATCH: usize = 128;
/// Bytes of new snapshots, fetched and rendered, at which a batch is full.
const MAX_BATCH_BYTES: usize = 16 << 20;

/// Writes a batch and renews the lease under which it was made. Its events are recorded under `action`.
pub(super) async fn record(
    database: &impl Database,
    batch: Batch,
    origin: Origin<'_>,
    action: &'static str,
    now: Seconds,
    lease: &leases::Lease,
) -> Result<(Option<Revision>, Vec<SourceReport>), StoreError> {
    batch.mark(database, lease, now).await?;
    let Batch { finished: batch, quiet: hosts, put_off } = batch;
    let (revision, reports) = write_with(database, async |tx| {
        lease.renew(tx, now).await?;
        for (host, until) in hosts {
            quiet::keep(tx, &host, until, now).await?;
        }
        let mut waiting = BTreeMap::<Seconds, Vec<&str>>::new();
        put_off.iter().for_each(|(source, until)| waiting.entry(*until).or_default().push(source.repo()));
        for (until, repos) in waiting {
            sources::put_off(tx, &repos, until).await?;
        }
        let mut reports = Vec::with_capacity(batch.len());
        let (mut accepted, mut pushed, mut changes) = (HashSet::new(), HashSet::new(), Vec::new());
        let repos: Vec<&str> = batch.iter().map(|finished| finished.source.repo()).collect();
        let mut present = sources::by_repos(tx, &repos).await?;
        let mut seen = Vec::with_capacity(batch.len());
        for Finished { source: planned, checked, provenance, took } in batch {
            let Some(mut source) = present.remove(planned.repo()) else {
                reports.push((report(&planned, Outcome::Superseded, now), took));
                continue;
            };
            // The result applies only if registration and record are unchanged: otherwise it could restore a removed source or overwrite a newer result.
            let registration = &source.registered.registration;
            let registered_anew = source.registered.incarnation != planned.registered.incarnation;
            let same_index = registration.has_index_of(&planned.registered.registration);
            if registered_anew || !same_index || !registration.enabled {
                reports.push((report(&source, Outcome::Superseded, now), took));
                continue;
            }
            let state = |record: &SourceRecord| {
                (
                    record.last_attempt_at,
                    record.checked.as_ref().map(|checked| (checked.url.clone(), checked.digest.clone())),
                )
            };
            // What was fetched at a commit was compared with nothing.
            if provenance.is_none() && state(&source.record) != state(&planned.record) {
                reports.push((report(&source, outcome_of(&source.record), now), took));
                continue;
            }
            let before = (source.record.accepted.clone(), source.record.held.clone());
            if provenance.is_some() {
                pushed.insert(source.repo().to_owned());
            }
            let effect = take(tx, &mut source, checked, provenance, now).await?;
            let SourceRecord { accepted: now_accepted, held: now_held, .. } = &source.record;
            if *now_accepted != before.0 {
                accepted.insert(source.repo().to_owned());
            }
            if *now_accepted != before.0 || *now_held != before.1 {
                changes.push((seen.len(), before));
            }
            reports.push((report(&source, outcome(effect), now), took));
            seen.push(source);
        }
        sources::save_records(tx, &seen).await?;
        let checks = reports.iter().map(|(report, took)| (report.outcome.as_str(), *took));
        tallies::add(tx, checks).await?;
        let lines =
            seen.iter().filter(|source| accepted.contains(source.repo())).map(|source| (source.repo(), line(source)));
        let Published { revision, kept_back } = publish(tx, lines.collect(), origin, now).await?;
        for source in seen.iter().filter(|it| accepted.contains(it.repo()) || pushed.contains(it.repo())) {
            note_commit(tx, source).await?;
        }
        for (place, before) in changes {
            let Some(source) = seen.get_mut(place) else { continue };
            if kept_back.iter().any(|repo| repo == source.repo()) {
                source.record.keep_back(before.0.clone(), before.1.clone(), now);
                sources::save_record(tx, source).await?;
                let kept = report(source, Outcome::Held, now);
                reports
                    .iter_mut()
                    .filter(|(report, _)| report.repo == kept.repo)
                    .for_each(|(it, _)| *it = kept.clone());
            }
            let (accepted, held) = (&source.record.accepted, &source.record.held);
            if (accepted, held) == (&before.0, &before.1) {
                continue;
            }
            let (before, after) = (contribution(&before.0, &before.1), contribution(accepted, held));
            let subject = Subject::Repo(source.repo());
            let event = Event { action, subject, before, after, revision: revision.as_ref() };
            events::record(tx, origin, event, now).await?;
        }
        Ok::<_, StoreError>((revision, reports))
    })
    .await?;
    let deferred = put_off.iter().map(|(source, _)| report(source, Outcome::Deferred, now));
    Ok((revision, reports.into_iter().map(|(report, _)| report).chain(deferred).collect()))
}

/// Records a failure for sources during whose validation or publication the host ended the instance, and clears their marks.
pub(super) async fn blame(
    database: &impl Database,
    ended: Vec<leases::Ended>,
    now: Seconds,
) -> Result<Vec<String>, StoreError> {
    let blamed = write_with(database, async |tx| {
        let mut blamed = Vec::with_capacity(ended.len());
        for one in ended {
            one.forget(tx).await?;
            if let Some(mut source) = sources::get(tx, &one.repo).await? {
                let checked = Observation::Ended { digest: one.digest }.into();
                apply(tx, &mut source, checked, now).await?;
                blamed.push(one.repo);
            }
        }
        Ok::<_, StoreError>(blamed)
    })
    .await?;
    Ok(blamed)
}

/// The accepted and the held snapshot of a source, for events.
pub fn contribution(accepted: &Option<Accepted>, held: &Option<Held>) -> Value {
    let accepted = accepted.as_ref();
    json!({
        "url": accepted.map(|accepted| &accepted.url),
        "index_digest": accepted.map(|accepted| &accepted.digest),
        "capability_count": accepted.map_or(0, |accepted| accepted.capability_count),
        "held_digest": held.as_ref().map(|held| &held.digest),
    })
}

/// Applies the result of a check to a source and stores both. The caller publishes.
pub async fn apply(
    tx: &mut impl Transaction,
    source: &mut Source,
    checked: Checked,
    now: Seconds,
) -> Result<Effect, StoreError> {
    let effect = take(tx, source, checked, None, now).await?;
    sources::save_record(tx, source).await?;
    Ok(effect)
}

/// As [`apply`], but stores only the snapshot. The caller stores the source.
async fn take(
    tx: &mut impl Transaction,
    source: &mut Source,
    checked: Checked,
    provenance: Option<Provenance>,
    now: Seconds,
) -> Result<Effect, StoreError> {
    let repo = source.repo().to_owned();
    if let Some(new) = checked.snapshot {
        snapshots::insert(tx, &new.digest, &new.bytes, new.capability_count, now).await?;
        fragments::insert(tx, &new.digest, &repo, &new.domain, &new.fragment).await?;
    }
    let (registration, jitter) = (&source.registered.registration, jitter(&repo, now));
    Ok(match provenance {
        Some(provenance) => source.record.observe_commit(registration, checked.observation, provenance, now, jitter),
        None => source.record.observe(registration, checked.observation, now, jitter),
    })
}

/// Notes the commit of what a source contributes beside the revision that published it.
async fn note_commit(tx: &mut impl Transaction, source: &Source) -> Result<(), StoreError> {
    if let (Some(provenance), Some(accepted)) = (source.record.provenance(), &source.record.accepted) {
        revisions::note_commit(tx, source.repo(), &accepted.digest, provenance).await?;
    }
    Ok(())
}
