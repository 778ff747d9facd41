//! Writes the results of checks: one batch, one transaction, at most one revision.

use super::applied::{Applied, take};
use super::batch::Batch;
use super::check::Checked;
use super::report::report;
use crate::hub::publish::{Published, line, publish};
use api::refresh::{Outcome, SourceReport};
use federation::source::{Accepted, Effect, Held, Observation};
use federation::time::Seconds;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::database::{Database, Transaction, write_with};
use store::events::{self, Event, Subject};
use store::revisions::{self, Origin, Revision};
use store::sources::Source;
use store::{StoreError, leases, quiet, sources, tallies};

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
    let Batch { finished, quiet: hosts, put_off } = batch;
    let (revision, reports) = write_with(database, async |tx| {
        lease.renew(tx, now).await?;
        for (host, until) in hosts {
            quiet::pause(tx, &host, until, now).await?;
        }
        let mut waiting = BTreeMap::<Seconds, Vec<&str>>::new();
        put_off.iter().for_each(|(source, until)| waiting.entry(*until).or_default().push(source.repo()));
        for (until, repos) in waiting {
            sources::put_off(tx, &repos, until).await?;
        }
        let mut applied = Applied::of(tx, finished, now).await?;
        sources::save_records(tx, &applied.sources).await?;
        let checks = applied.reports.iter().map(|(report, took)| (report.outcome.as_str(), *took));
        tallies::add(tx, checks).await?;
        let accepted = applied.with_before().filter(|(source, before)| before.accepted != source.record.accepted);
        let lines = accepted.map(|(source, _)| (source.repo(), line(source))).collect();
        let Published { revision, kept_back } = publish(tx, lines, origin, now).await?;
        for (source, before) in applied.with_before() {
            if before.is_pushed || before.accepted != source.record.accepted {
                note_commit(tx, source).await?;
            }
        }
        applied.keep_back(tx, &kept_back, now).await?;
        for (source, before) in applied.with_before().filter(|(source, before)| before.differs(source)) {
            let before = contribution(&before.accepted, &before.held);
            let after = contribution(&source.record.accepted, &source.record.held);
            let subject = Subject::Repo(source.repo());
            let event = Event { action, subject, before, after, revision: revision.as_ref() };
            events::record(tx, origin, event, now).await?;
        }
        Ok::<_, StoreError>((revision, applied.reports))
    })
    .await?;
    let deferred = put_off.iter().map(|(source, _)| report(source, Outcome::Deferred, now));
    Ok((revision, reports.into_iter().map(|(report, _)| report).chain(deferred).collect()))
}

/// Records a failure for sources during whose validation or publication the host ended the instance, and clears their marks.
pub(super) async fn blame(
    database: &impl Database,
    ended: Vec<leases::AbortedWork>,
    now: Seconds,
) -> Result<Vec<String>, StoreError> {
    let blamed = write_with(database, async |tx| {
        let mut blamed = Vec::with_capacity(ended.len());
        for one in ended {
            one.forget(tx).await?;
            if let Some(mut source) = sources::get(tx, &one.repo).await? {
                let checked = Observation::Aborted { digest: one.digest }.into();
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

/// Records the commit of a source's contribution with the revision that published it.
async fn note_commit(tx: &mut impl Transaction, source: &Source) -> Result<(), StoreError> {
    if let (Some(provenance), Some(accepted)) = (source.record.provenance(), &source.record.accepted) {
        revisions::note_commit(tx, source.repo(), &accepted.digest, provenance).await?;
    }
    Ok(())
}
