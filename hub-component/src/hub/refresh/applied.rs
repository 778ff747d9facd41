//! The sources of a batch, with the results of their checks applied.

use super::batch::Finished;
use super::check::Checked;
use super::report::{outcome_of, report};
use crate::hub::jitter::jitter;
use api::refresh::{Outcome, SourceReport};
use federation::digest::Digest;
use federation::provenance::Provenance;
use federation::source::{Accepted, Effect, Held, SourceRecord};
use federation::time::Seconds;
use std::time::Duration;
use store::database::Transaction;
use store::sources::{self, Source};
use store::{StoreError, fragments, snapshots};

/// Sources of a batch whose results still apply, and the reports on all of its sources.
pub(super) struct Applied {
    pub(super) sources: Vec<Source>,
    /// What each of these sources contributed before, in the same order.
    before: Vec<PreviousContribution>,
    /// The reports, and how long each check took.
    pub(super) reports: Vec<(SourceReport, Duration)>,
}

/// What a source contributed before its result was applied.
pub(super) struct PreviousContribution {
    pub(super) accepted: Option<Accepted>,
    pub(super) held: Option<Held>,
    /// Whether the result is of a commit that was pushed.
    pub(super) is_pushed: bool,
}

impl PreviousContribution {
    /// Whether the source contributes something else now.
    pub(super) fn differs(&self, source: &Source) -> bool {
        (&self.accepted, &self.held) != (&source.record.accepted, &source.record.held)
    }
}

impl Applied {
    /// Applies the results that were not overtaken, and stores their snapshots. The caller stores the sources.
    pub(super) async fn of(tx: &mut impl Transaction, batch: Vec<Finished>, now: Seconds) -> Result<Self, StoreError> {
        let repos: Vec<&str> = batch.iter().map(|finished| finished.source.repo()).collect();
        let mut present = sources::by_repos(tx, &repos).await?;
        let (sources, before) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
        let mut applied = Self { sources, before, reports: Vec::with_capacity(batch.len()) };
        for Finished { source: planned, checked, provenance, took } in batch {
            let Some(mut source) = present.remove(planned.repo()) else {
                applied.reports.push((report(&planned, Outcome::Superseded, now), took));
                continue;
            };
            if let Some(outcome) = overtaken(&source, &planned, provenance.is_some()) {
                applied.reports.push((report(&source, outcome, now), took));
                continue;
            }
            let SourceRecord { accepted, held, .. } = source.record.clone();
            applied.before.push(PreviousContribution { accepted, held, is_pushed: provenance.is_some() });
            let effect = take(tx, &mut source, checked, provenance, now).await?;
            applied.reports.push((report(&source, effect.into(), now), took));
            applied.sources.push(source);
        }
        Ok(applied)
    }

    /// Each source with what it contributed before.
    pub(super) fn with_before(&self) -> impl Iterator<Item = (&Source, &PreviousContribution)> {
        self.sources.iter().zip(&self.before)
    }

    /// Lets the sources whose new contribution does not fit keep their previous one, and stores and reports that.
    pub(super) async fn keep_back(
        &mut self,
        tx: &mut impl Transaction,
        repos: &[String],
        now: Seconds,
    ) -> Result<(), StoreError> {
        for (source, before) in self.sources.iter_mut().zip(&self.before) {
            if !repos.iter().any(|repo| repo == source.repo()) {
                continue;
            }
            source.record.keep_back(before.accepted.clone(), before.held.clone(), now);
            sources::save_record(tx, source).await?;
            let held = report(source, Outcome::Held, now);
            for (report, _) in self.reports.iter_mut().filter(|(report, _)| report.repo == held.repo) {
                *report = held.clone();
            }
        }
        Ok(())
    }
}

/// The outcome of a result that no longer applies: it could restore a removed source or overwrite a newer result.
fn overtaken(source: &Source, planned: &Source, is_pushed: bool) -> Option<Outcome> {
    let registration = &source.registered.registration;
    let registered_anew = source.registered.incarnation != planned.registered.incarnation;
    let same_index = registration.has_index_of(&planned.registered.registration);
    if registered_anew || !same_index || !registration.enabled {
        return Some(Outcome::Superseded);
    }
    // A pushed commit was checked against no earlier record.
    (!is_pushed && last_check(&source.record) != last_check(&planned.record)).then(|| outcome_of(&source.record))
}

/// When a source was last checked, and the content that was there.
fn last_check(record: &SourceRecord) -> (Option<Seconds>, Option<(&str, &Digest)>) {
    (record.last_attempt_at, record.checked.as_ref().map(|checked| (checked.url.as_str(), &checked.digest)))
}

/// Applies the result of a check to a source, and stores its snapshot. The caller stores the source.
pub(super) async fn take(
    tx: &mut impl Transaction,
    source: &mut Source,
    checked: Checked,
    provenance: Option<Provenance>,
    now: Seconds,
) -> Result<Effect, StoreError> {
    let repo = source.repo().to_owned();
    if let Some(new) = checked.snapshot {
        snapshots::insert(tx, &new.digest, &new.bytes, new.capability_count, &new.uses, now).await?;
        fragments::insert(tx, &new.digest, &repo, &new.domain, &new.fragment).await?;
    }
    let (registration, jitter) = (&source.registered.registration, jitter(&repo, now));
    Ok(match provenance {
        Some(provenance) => source.record.observe_commit(registration, checked.observation, provenance, now, jitter),
        None => source.record.observe(registration, checked.observation, now, jitter),
    })
}
