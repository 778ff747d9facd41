//! A refresh from beginning to end.

use super::check::check;
use super::record::{Finished, record};
use super::report::{Outcome, Report, SourceReport};
use crate::app::App;
use crate::ports::{Database as _, Ports};
use crate::store::leases::Lease;
use crate::store::revisions::Origin;
use crate::store::sources::{self, Source};
use crate::store::{StoreError, upkeep};
use federation::plan::{Plan, Queue, plan};
use federation::time::Seconds;
use futures::StreamExt as _;
use futures::future::{Either, select};
use futures::stream::FuturesUnordered;
use std::collections::HashSet;
use std::pin::pin;
use std::time::{Duration, Instant};

/// Which sources a refresh looks at.
#[derive(Clone, Debug)]
pub enum Scope {
    /// Those whose time has come; the report has the others too.
    Due,
    /// Those whose time has come; nobody wants to know about the others.
    DueAlone,
    /// All that are enabled, whatever their time.
    All,
    /// One, whatever its time.
    One(String),
}

/// Results are written together, for one fsync instead of many …
const BATCH: usize = 128;
/// … but none waits longer than this for a slow neighbour.
const BATCH_WAIT: Duration = Duration::from_millis(250);
/// After so many seconds what was not done is left to the next refresh, so that somebody learns what was. With the wait for another
/// refresh this is less than hosts allow a request: 90 s under `serve`.
const REFRESH_TIME: Seconds = 45;
/// How often a refresh that somebody waits for asks whether the one before it is done …
const TURN_WAIT: Duration = Duration::from_millis(100);
/// … and how many times: 40 s, longer than one hanging source takes.
const TURNS: usize = 400;

/// Refreshes many sources as the only one to do so; `None` if another refresh is running still.
///
/// # Errors
/// When the store fails. What was written before stays written; every batch is whole.
pub async fn refresh_many<P: Ports>(
    app: &App<P>,
    scope: Scope,
    origin: Origin<'_>,
    patient: bool,
) -> Result<Option<Report>, StoreError> {
    let database = app.database().await?;
    let lease = Lease::refresh();
    let mut turns = if patient { TURNS } else { 0 };
    while !lease.acquire(database, app.ports.now()).await? {
        if turns == 0 {
            return Ok(None);
        }
        turns -= 1;
        app.ports.sleep(TURN_WAIT).await;
    }
    let report = refresh(app, scope, origin, Some(&lease)).await;
    let kept = match &report {
        Ok(_) => upkeep::daily(database, app.ports.now()).await,
        Err(_) => Ok(()),
    };
    // Released even after an error; what cannot be released runs out by itself.
    let released = lease.release(database).await;
    let report = report?;
    kept.and(released)?;
    Ok(Some(report))
}

/// Refreshes one source, whoever else refreshes; a result that another check overtook is dropped.
///
/// # Errors
/// When the store fails.
pub async fn refresh_one<P: Ports>(app: &App<P>, repo: &str, origin: Origin<'_>) -> Result<Report, StoreError> {
    refresh(app, Scope::One(repo.to_owned()), origin, None).await
}

async fn refresh<P: Ports>(
    app: &App<P>,
    scope: Scope,
    origin: Origin<'_>,
    lease: Option<&Lease>,
) -> Result<Report, StoreError> {
    let database = app.database().await?;
    let now = app.ports.now();
    let mut tx = database.read().await?;
    let sources: Vec<Source> = match &scope {
        Scope::One(repo) => sources::get(&mut tx, repo).await?.into_iter().collect(),
        Scope::DueAlone => sources::due(&mut tx, now).await?,
        Scope::Due | Scope::All => sources::all(&mut tx).await?,
    };
    drop(tx);

    let force = matches!(scope, Scope::All | Scope::One(_));
    let Plan { fetch, not_due, disabled } =
        plan(sources.iter().map(|source| (&source.registered.registration, &source.record)), force, now);
    let mut report = Report { fetched: fetch.len(), ..Report::default() };
    for (indices, outcome) in [(not_due, Outcome::NotDue), (disabled, Outcome::Disabled)] {
        let left = indices.into_iter().filter_map(|i| sources.get(i));
        report.sources.extend(left.map(|source| SourceReport::new(source, outcome, now)));
    }
    let mut queue = Queue::default();
    for source in fetch.iter().filter_map(|i| sources.get(*i)) {
        queue.push(&source.registered.registration.url, source.clone());
    }

    let mut running = FuturesUnordered::new();
    let mut batch: Vec<Finished> = Vec::new();
    loop {
        // The wait is measured from the last write, so that a steady trickle cannot put it off.
        let mut wait = pin!(app.ports.sleep(BATCH_WAIT));
        let idle = loop {
            while let Some((host, source)) = queue.start() {
                running.push(examine(&app.ports, host, source));
            }
            match select(running.next(), wait.as_mut()).await {
                Either::Left((Some((host, finished)), _)) => {
                    if finished.checked.asks_for_peace() {
                        let deferred = queue.defer(&host);
                        report.fetched -= deferred.len();
                        let reports = deferred.iter().map(|source| SourceReport::new(source, Outcome::Deferred, now));
                        report.sources.extend(reports);
                    }
                    queue.finish(&host);
                    batch.push(finished);
                    if batch.len() >= BATCH {
                        break false;
                    }
                }
                Either::Left((None, _)) => break true,
                Either::Right(_) => break false,
            }
        };
        if !batch.is_empty() {
            let batch = std::mem::take(&mut batch);
            let (revision, reports) = record(database, batch, origin, app.ports.now(), lease).await?;
            report.revision = revision.or(report.revision);
            report.sources.extend(reports);
        }
        if idle || app.ports.now() - now >= REFRESH_TIME {
            break;
        }
    }
    // Fetches under way are given up, and as nothing is written about them they stay due.
    drop(running);
    let heard: HashSet<String> = report.sources.iter().map(|source| source.repo.clone()).collect();
    let silent = fetch.into_iter().filter_map(|i| sources.get(i)).filter(|source| !heard.contains(source.repo()));
    report.sources.extend(silent.map(|source| SourceReport::new(source, Outcome::NotReached, now)));
    report.fetched -= report.not_reached();
    report.sources.sort_by(|a, b| a.repo.cmp(&b.repo));
    Ok(report)
}

async fn examine<P: Ports>(ports: &P, host: String, source: Source) -> (String, Finished) {
    let started = Instant::now();
    let checked = check(ports, &source.registered.registration, &source.record).await;
    (host, Finished { source, checked, took: started.elapsed() })
}
