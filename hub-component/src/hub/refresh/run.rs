//! Runs a refresh from start to end.

use super::batch::{Batch, Finished};
use super::check::{check_unless_paused, judge};
use super::record::{blame, record};
use super::report::{Report, report as report_on};
use super::scope::{Commit, Scope, candidates};
use crate::hub::App;
use crate::hub::catalogue::refresh_due;
use crate::log;
use crate::ports::Ports;
use api::events::action;
use api::refresh::Outcome;
use federation::check::CheckOutcome;
use federation::fetch::{FetchFailure, HostPauses, Validators};
use federation::plan::{Plan, Queue, plan};
use federation::registration::Registration;
use federation::source::{Observation, SourceRecord};
use federation::time::Seconds;
use futures::StreamExt as _;
use futures::future::{Either, select};
use futures::stream::FuturesUnordered;
use serde_json::json;
use std::collections::HashSet;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::database::{Database, read_with, write_with};
use store::leases::Lease;
use store::revisions::Origin;
use store::sources::Source;
use store::{StoreError, upkeep};

/// How long a result waits for others, so that they can be written together.
const BATCH_WAIT: Duration = Duration::from_millis(250);
/// Time budget of a refresh in seconds; the rest is left to the next refresh, so that the caller gets a report. Together with the wait
/// for another refresh it is less than hosts allow for a request: 90 s under `serve`.
const REFRESH_TIME: Seconds = 45;
/// How much of that budget catalogues may use, in seconds; what they take beyond this extends it.
const OF_CATALOGUES: Seconds = 25;
/// How long to wait between attempts to acquire the lease while a client waits.
pub(super) const LEASE_RETRY_PAUSE: Duration = Duration::from_millis(100);
/// The number of attempts: 40 s in all, longer than one hanging source takes.
pub(super) const LEASE_ATTEMPTS: usize = 400;

/// Refreshes many sources under an exclusive lease; `None` if another refresh is still running.
///
/// # Errors
/// If the store fails. Batches that were already written remain; each is complete.
pub async fn refresh_many<P: Ports>(
    app: &App<P>,
    scope: Scope,
    origin: Origin<'_>,
    patient: bool,
) -> Result<Option<Report>, StoreError> {
    let database = app.database().await?;
    let lease = Lease::refresh();
    let mut attempts = if patient { LEASE_ATTEMPTS } else { 0 };
    while !lease.acquire(database, app.ports.now()).await? {
        if attempts == 0 {
            return Ok(None);
        }
        attempts -= 1;
        app.ports.sleep(LEASE_RETRY_PAUSE).await;
    }
    let began = app.ports.now();
    // Catalogues first: what they register is fetched now.
    let report = match refresh_due(app).await.and(renew(app, &lease, began).await) {
        Ok(()) => {
            refresh(app, scope, origin, action::COMPOSE, &lease, began.max(app.ports.now() - OF_CATALOGUES)).await
        }
        Err(error) => Err(error),
    };
    // If pruning fails, it is tried again after the next refresh. The result of this refresh is valid all the same.
    if report.is_ok()
        && let Err(error) = upkeep::daily(database, &lease, || app.ports.now()).await
    {
        log::line("upkeep-failed", &json!({ "error": error.to_string() }));
    }
    // The lease is released even after an error. If it cannot be released, it expires.
    let released = lease.release(database).await;
    let report = report?;
    released?;
    Ok(Some(report))
}

/// Renews the lease if the catalogues took long.
async fn renew<P: Ports>(app: &App<P>, lease: &Lease, began: Seconds) -> Result<(), StoreError> {
    let now = app.ports.now();
    if now - began <= 1 {
        return Ok(());
    }
    write_with(app.database().await?, async |tx| lease.renew(tx, now).await).await
}

/// Refreshes under a lease that the caller holds. `began` is when its time budget began to run.
pub(super) async fn refresh<P: Ports>(
    app: &App<P>,
    scope: Scope,
    origin: Origin<'_>,
    action: &'static str,
    lease: &Lease,
    began: Seconds,
) -> Result<Report, StoreError> {
    let database = app.database().await?;
    let now = app.ports.now();
    let ended = read_with(database, async |tx| lease.ended(tx, now).await).await?;
    let blamed = if ended.is_empty() { Vec::new() } else { blame(database, ended, now).await? };
    let (sources, hosts) = candidates(database, &scope, now).await?;

    let commit = if let Scope::Pushed(_, commit) = &scope { Some(commit) } else { None };
    let asked = commit.is_some() || matches!(scope, Scope::Requested(_));
    let force = asked || matches!(scope, Scope::All | Scope::One(_));
    let known = sources.iter().map(|source| (&source.registered.registration, &source.record));
    let mut plan = plan(known, force, &hosts, now);
    if asked && blamed.is_empty() {
        plan.fetch.append(&mut plan.not_due);
    }
    let fetch = plan.fetch.clone();
    let mut work = Work::planned(&sources, plan, &blamed, now);

    let hosts = Mutex::new(hosts);
    let mut running = FuturesUnordered::new();
    loop {
        // The wait is measured from the last write, so that a steady trickle cannot put it off.
        let mut wait = pin!(app.ports.sleep(BATCH_WAIT));
        let idle = loop {
            while let Some((host, source)) = work.queue.start() {
                running.push(examine(&app.ports, host, source, asked, commit, &hosts));
            }
            let examined = match select(running.next(), wait.as_mut()).await {
                Either::Left((Some(examined), _)) => examined,
                Either::Left((None, _)) => break true,
                Either::Right(_) => break false,
            };
            // Alone, so that it is known whose content it was if the instance ends again.
            let alone = examined.1.record.ended_a_refresh();
            if alone {
                work.write(database, origin, action, app.ports.now(), lease).await?;
            }
            // No other body is read meanwhile; reading continues after this one is validated.
            work.take(examined, asked, commit, &hosts, &app.ports, lease).await?;
            if alone || work.batch.is_full() {
                break false;
            }
        };
        work.write(database, origin, action, app.ports.now(), lease).await?;
        if idle || app.ports.now() - began >= REFRESH_TIME {
            break;
        }
    }
    // Unfinished fetches are cancelled. Nothing is written about them, so they stay due.
    drop(running);
    Ok(work.finish(fetch.into_iter().filter_map(|i| sources.get(i)), now))
}

/// The host of a source, the source, when its fetch began, and what its origin says.
type Examined = (String, Source, Instant, CheckOutcome);

/// A refresh in progress: what is still to fetch, what is to be written, and what was.
struct Work {
    queue: Queue<Source>,
    batch: Batch,
    report: Report,
}

impl Work {
    fn planned(sources: &[Source], plan: Plan, blamed: &[String], now: Seconds) -> Self {
        let Plan { fetch, quiet, not_due, disabled } = plan;
        let mut report = Report { fetched: fetch.len(), ..Report::default() };
        for source in not_due.into_iter().filter_map(|i| sources.get(i)) {
            let is_blamed = blamed.iter().any(|repo| repo == source.repo());
            let outcome = if is_blamed { Outcome::Failed } else { Outcome::NotDue };
            report.sources.push(report_on(source, outcome, now));
        }
        let disabled = disabled.into_iter().filter_map(|i| sources.get(i));
        report.sources.extend(disabled.map(|source| report_on(source, Outcome::Disabled, now)));
        let mut queue = Queue::default();
        for source in fetch.into_iter().filter_map(|i| sources.get(i)) {
            queue.push(&source.registered.registration.url, source.clone());
        }
        let put_off = quiet.into_iter().filter_map(|(i, until)| Some((sources.get(i)?.clone(), until))).collect();
        Self { queue, batch: Batch { put_off, ..Batch::default() }, report }
    }

    /// Validates what an origin says, and adds it to the results to write.
    async fn take<P: Ports>(
        &mut self,
        (host, source, started, outcome): Examined,
        asked: bool,
        commit: Option<&Commit>,
        hosts: &Mutex<HostPauses>,
        ports: &P,
        lease: &Lease,
    ) -> Result<(), StoreError> {
        let checked = match outcome {
            CheckOutcome::Paused(until) => {
                self.queue.finish(&host);
                self.report.fetched -= 1;
                self.batch.put_off.push((source, until));
                return Ok(());
            }
            CheckOutcome::Known(observation) => observation.into(),
            CheckOutcome::New(content) if !asked && source.record.is_given_up(&content.digest) => {
                Observation::Aborted { digest: content.digest }.into()
            }
            CheckOutcome::New(content) => {
                lease.judge(ports.database(), &[(&content.digest, source.repo())], ports.now()).await?;
                judge(&source.registered.registration, content)
            }
        };
        if let Observation::Unreachable(FetchFailure { quiet: Some((name, seconds)), .. }) = &checked.observation {
            let until = ports.now() + seconds;
            hosts.lock().unwrap_or_else(PoisonError::into_inner).add(name.clone(), until);
            let deferred = self.queue.defer(name);
            self.report.fetched -= deferred.len();
            self.batch.put_off.extend(deferred.into_iter().map(|source| (source, until)));
            self.batch.quiet.push((name.clone(), until));
        }
        self.queue.finish(&host);
        let provenance = commit.map(|commit| commit.provenance.clone());
        self.batch.finished.push(Finished { source, checked, provenance, took: started.elapsed() });
        Ok(())
    }

    /// Writes the results so far, if there are any.
    async fn write(
        &mut self,
        database: &impl Database,
        origin: Origin<'_>,
        action: &'static str,
        now: Seconds,
        lease: &Lease,
    ) -> Result<(), StoreError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let batch = std::mem::take(&mut self.batch);
        let (revision, reports) = record(database, batch, origin, action, now, lease).await?;
        for failed in reports.iter().filter(|report| report.outcome.is(Outcome::Failed)) {
            log::line("check-failed", &json!({ "repo": failed.repo, "code": failed.reason, "why": failed.message }));
        }
        self.report.revision = revision.or(self.report.revision.take());
        self.report.sources.extend(reports);
        Ok(())
    }

    /// The report. Sources that were `planned` and have no result count as not reached.
    fn finish<'a>(self, planned: impl Iterator<Item = &'a Source>, now: Seconds) -> Report {
        let mut report = self.report;
        let reported: HashSet<String> = report.sources.iter().map(|source| source.repo.clone()).collect();
        let silent = planned.filter(|source| !reported.contains(source.repo()));
        report.sources.extend(silent.map(|source| report_on(source, Outcome::NotReached, now)));
        report.fetched -= report.not_reached();
        report.sources.sort_by(|a, b| a.repo.cmp(&b.repo));
        report
    }
}

/// Fetches a source, with its known validators unless a client `asked` for the refresh.
async fn examine<P: Ports>(
    ports: &P,
    host: String,
    source: Source,
    asked: bool,
    commit: Option<&Commit>,
    quiet: &Mutex<HostPauses>,
) -> Examined {
    let started = Instant::now();
    let registration = &source.registered.registration;
    let outcome = match commit {
        Some(Commit { url, .. }) => {
            let there = Registration { url: url.clone(), ..registration.clone() };
            // Compared with no record: by the time the result is written, the source may have another one.
            check_unless_paused(ports, &there, &SourceRecord::default(), Validators::default(), quiet).await
        }
        None => {
            let conditions = if asked { Validators::default() } else { source.record.validators(registration) };
            check_unless_paused(ports, registration, &source.record, conditions, quiet).await
        }
    };
    (host, source, started, outcome)
}
