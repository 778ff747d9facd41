//! Checks whether repositories have an index, and registers those that have one.

use super::{registration, unchanged};
use crate::hub::App;
use crate::hub::outside::Outside;
use crate::ports::Ports;
use crate::problem::Problem;
use api::events::{action, cause};
use federation::catalogue::{Catalogue, Known, RemovalReason, Skipped, Todo};
use federation::check::{Answer, fetch_unless_paused};
use federation::fetch::{FetchFailure, Fetched, HostPauses, Validators};
use federation::plan::MAX_FETCHES_PER_HOST;
use federation::registration::Registration;
use federation::source::SourceRecord;
use federation::source_url;
use federation::time::Seconds;
use futures::StreamExt as _;
use futures::future::{Either, select};
use futures::stream;
use serde_json::{Value, json};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use store::catalogues::Stored;
use store::database::{Transaction, read_with, write_with};
use store::events::{self, Event, Subject};
use store::registrations::{self, Registered};
use store::revisions::Origin;
use store::sources::{self, Source};
use store::{StoreError, members, quiet};
use url::Url;

/// Repositories that one refresh probes; the others wait for the next.
const MAX_PROBES: usize = 100;
/// Repositories between two writes.
const PROBES_PER_WRITE: usize = 20;
/// No batch begins after this many seconds.
const LATEST_START_SECONDS: Seconds = 5;
/// Longest probe of one repository: five in a row take less time than a lease lasts.
const MAX_PROBE_TIME: Duration = Duration::from_secs(4);

/// What is at the address of an index.
enum Found {
    /// A file, valid or not.
    File,
    /// Nothing (404).
    Nothing,
    /// The host, which asks for no requests before this time.
    Pause(String, Seconds),
    /// Unclear: the response was something else, or there was none.
    Unknown,
}

/// Probes the new and changed repositories of a catalogue. Returns when to go on, if there is more to do.
pub(super) async fn probe<P: Ports>(
    app: &App<P>,
    stored: &Stored,
    hosts: HostPauses,
) -> Result<Option<Seconds>, Problem> {
    let (database, name) = (app.database().await?, &stored.catalogue.name);
    let (began, hosts) = (app.ports.now(), Mutex::new(hosts));
    for _ in 0..MAX_PROBES / PROBES_PER_WRITE {
        let waiting =
            read_with(database, async |tx| members::pending(tx, name, &[Todo::Probe], PROBES_PER_WRITE).await).await?;
        if waiting.is_empty() {
            break;
        }
        if app.ports.now() - began >= LATEST_START_SECONDS {
            return Ok(Some(app.ports.now()));
        }
        let look = |known: Known| {
            let (ports, hosts) = (&app.ports, &hosts);
            async move {
                let found = match select(pin!(find(ports, &known.member.url, hosts)), pin!(ports.sleep(MAX_PROBE_TIME)))
                    .await
                {
                    Either::Left((found, _)) => found,
                    Either::Right(_) => Found::Unknown,
                };
                (found, known)
            }
        };
        let seen: Vec<(Found, Known)> =
            stream::iter(waiting).map(look).buffer_unordered(MAX_FETCHES_PER_HOST).collect().await;
        let pause = seen.iter().find_map(|(found, _)| match found {
            Found::Pause(_, until) => Some(*until),
            _ => None,
        });
        if !write(app, stored, seen).await? || pause.is_some() {
            return Ok(pause);
        }
    }
    let is_more = read_with(database, async |tx| {
        let all: Vec<Todo> =
            [Todo::Probe, Todo::Move, Todo::Touch].into_iter().chain(RemovalReason::ALL.map(Todo::Remove)).collect();
        let is_more = members::has_pending(tx, name, &all).await?;
        Ok::<_, Problem>(is_more)
    })
    .await?;
    Ok(is_more.then(|| app.ports.now()))
}

async fn find<P: Ports>(ports: &P, url: &str, hosts: &Mutex<HostPauses>) -> Found {
    let host = Url::parse(url).map(|url| source_url::host(&url)).unwrap_or_default();
    let quiet = |host: &str, now| hosts.lock().unwrap_or_else(PoisonError::into_inner).until(host, now);
    if let Some(until) = quiet(&host, ports.now()) {
        return Found::Pause(host, until);
    }
    match fetch_unless_paused(&Outside(ports), url, Validators::default(), quiet).await {
        // Some forges redirect to a sign-in page.
        Ok(Answer::Fetched(Fetched::Index { bytes, .. })) if bytes.trim_ascii_start().starts_with(b"<") => {
            Found::Nothing
        }
        Ok(Answer::Fetched(Fetched::Index { .. })) => Found::File,
        Ok(Answer::Fetched(Fetched::NotModified)) => Found::Unknown,
        Ok(Answer::Paused(until)) => Found::Pause(host, until),
        Err(FetchFailure { http_status: Some(404 | 410), .. }) => Found::Nothing,
        Err(FetchFailure { quiet: Some((host, seconds)), .. }) => {
            let until = ports.now() + seconds;
            hosts.lock().unwrap_or_else(PoisonError::into_inner).add(host.clone(), until);
            Found::Pause(host, until)
        }
        Err(_) => Found::Unknown,
    }
}

/// Writes the results. Returns false if the catalogue has changed meanwhile.
async fn write<P: Ports>(app: &App<P>, stored: &Stored, seen: Vec<(Found, Known)>) -> Result<bool, Problem> {
    let (catalogue, now) = (&stored.catalogue, app.ports.now());
    write_with(app.database().await?, async |tx| {
        if unchanged(tx, stored).await?.is_none() {
            return Ok(false);
        }
        let mut changed = Vec::with_capacity(seen.len());
        for (found, mut known) in seen {
            match found {
                Found::Pause(host, until) => {
                    quiet::pause(tx, &host, until, now).await?;
                    continue;
                }
                // It is probed again with the next listing.
                Found::Unknown => known.probed = None,
                Found::Nothing => {
                    known.probed = Some(known.member.changed.clone());
                    known.skipped = Some(Skipped::NoIndex);
                }
                Found::File => {
                    known.probed = Some(known.member.changed.clone());
                    match register(tx, catalogue, &known, now).await? {
                        Ok(repo) => (known.repo, known.skipped) = (Some(repo), None),
                        Err(why) => known.skipped = Some(why),
                    }
                }
            }
            known.todo = None;
            changed.push(known);
        }
        members::save(tx, &catalogue.name, &changed).await?;
        Ok(true)
    })
    .await
}

/// Registers a repository, or takes over the registration that an earlier catalogue of this name created.
async fn register(
    tx: &mut impl Transaction,
    catalogue: &Catalogue,
    known: &Known,
    now: Seconds,
) -> Result<Result<String, Skipped>, StoreError> {
    let Some(repo) = known.member.repo(&catalogue.prefix) else { return Ok(Err(Skipped::Name)) };
    let document = registration(catalogue, &repo, &known.member.url, known.member.domain.as_deref());
    let Ok(registration) = Registration::from_value(&document) else { return Ok(Err(Skipped::Invalid)) };
    let actor = catalogue.actor();
    let incarnation = registrations::new_incarnation();
    let registered =
        Registered { registration, registered_at: now, updated_at: now, registered_by: actor.clone(), incarnation };
    if !registrations::insert(tx, &registered).await? {
        let there = registrations::get(tx, &repo).await?;
        let is_own = there
            .is_some_and(|there| there.registered_by == actor && there.registration.url == registered.registration.url);
        return Ok(if is_own && !members::has(tx, &repo).await? { Ok(repo) } else { Err(Skipped::Taken) });
    }
    let source = Source { registered, record: SourceRecord::default() };
    sources::save_record(tx, &source).await?;
    let after = json!(source.registered.registration);
    let event =
        Event { action: action::REGISTER, subject: Subject::Repo(&repo), before: Value::Null, after, revision: None };
    let origin = Origin { actor: &actor, cause: cause::CATALOGUE, request_id: Some("") };
    events::record(tx, origin, event, now).await?;
    Ok(Ok(repo))
}
