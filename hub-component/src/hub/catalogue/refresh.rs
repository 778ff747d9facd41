//! Refreshes catalogues: lists those that are due, compares, and lets the registrations follow.

use super::listing::{Trouble, read};
use super::{apply, probe, unchanged};
use crate::hub::App;
use crate::hub::jitter::jitter;
use crate::log;
use crate::ports::Ports;
use crate::problem::Problem;
use federation::catalogue::{Known, Listing, compare};
use federation::fetch::HostPauses;
use federation::time::Seconds;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use store::catalogues::{self, Stored};
use store::database::{Transaction, read_with, write_with};
use store::leases::Lease;
use store::{StoreError, members, quiet, sources};

/// Maximum catalogues per refresh; the others wait for the next.
const MAX_CATALOGUES: usize = 5;
/// No catalogue begins after this many seconds, so that the sources get their turn.
const LATEST_START_SECONDS: Seconds = 5;
/// Seconds that a catalogue waits after a failure of the hub itself.
const RETRY_AFTER_SECONDS: Seconds = 60;
/// Sources whose records are read at a time.
const REPOS_PER_READ: usize = 200;

/// Refreshes the catalogues that are due. A failure of one is logged and does not stop the others.
///
/// # Errors
/// If the store fails.
pub async fn refresh_due<P: Ports>(app: &App<P>) -> Result<(), StoreError> {
    let began = app.ports.now();
    for stored in catalogues::due(app.database().await?, began, MAX_CATALOGUES).await? {
        if app.ports.now() - began >= LATEST_START_SECONDS {
            break;
        }
        let name = stored.catalogue.name.clone();
        if let Err(problem) = refresh(app, stored).await {
            let why = problem.log().unwrap_or(problem.detail());
            log::line("catalogue-failed", &json!({ "catalogue": name, "why": why }));
        }
    }
    Ok(())
}

/// After the response, refreshes the catalogues that are due.
pub fn refresh_later<P: Ports>(app: &App<P>) {
    let later = app.clone();
    app.ports.spawn(async move {
        if let Err(error) = refresh_due(&later).await {
            log::line("catalogue-failed", &json!({ "why": error.to_string() }));
        }
    });
}

async fn refresh<P: Ports>(app: &App<P>, stored: Stored) -> Result<(), Problem> {
    let database = app.database().await?;
    let lease = Lease::catalogue(&stored.catalogue.name);
    if !lease.acquire(database, app.ports.now()).await? {
        return Ok(());
    }
    let result = under_lease(app, &stored).await;
    if result.is_err() {
        // Otherwise every read would try again.
        finish(app, &stored, Some(app.ports.now() + RETRY_AFTER_SECONDS)).await?;
    }
    lease.release(database).await?;
    result
}

async fn under_lease<P: Ports>(app: &App<P>, read_before: &Stored) -> Result<(), Problem> {
    let database = app.database().await?;
    let (stored, hosts) = read_with(database, async |tx| {
        // Another instance may have refreshed it before the lease was free.
        let stored = unchanged(tx, read_before).await?;
        let hosts = quiet::hosts(tx).await?;
        Ok::<_, Problem>((stored, hosts))
    })
    .await?;
    let Some(stored) = stored else { return Ok(()) };
    if stored.record.is_due(app.ports.now()) {
        list(app, &stored, &hosts).await?;
    }
    apply::apply(app, &stored).await?;
    let again_at = probe::probe(app, &stored, hosts).await?;
    finish(app, &stored, again_at).await
}

/// Stores when the repositories of a catalogue need attention again.
async fn finish<P: Ports>(app: &App<P>, stored: &Stored, again_at: Option<Seconds>) -> Result<(), Problem> {
    write_with(app.database().await?, async |tx| {
        if let Some(current) = unchanged(tx, stored).await? {
            catalogues::save(tx, &current, again_at).await?;
        }
        Ok::<_, Problem>(())
    })
    .await?;
    Ok(())
}

/// Reads the listing, and stores what follows from it.
async fn list<P: Ports>(app: &App<P>, stored: &Stored, hosts: &HostPauses) -> Result<(), Problem> {
    let listing = read(&app.ports, &stored.catalogue, hosts).await;
    let now = app.ports.now();
    write_with(app.database().await?, async |tx| {
        let Some(mut current) = unchanged(tx, stored).await? else { return Ok(()) };
        let catalogue = current.catalogue.clone();
        let spread = jitter(&catalogue.name, now);
        match listing {
            Err(Trouble::Paused(until)) => current.record.next_listing_at = Some(until),
            Err(Trouble::Failed { failure, http_status, wait, quiet }) => {
                log::line(
                    "listing-failed",
                    &json!({ "catalogue": catalogue.name, "code": failure.code, "why": failure.message }),
                );
                if let Some((host, seconds)) = quiet {
                    quiet::pause(tx, &host, now + seconds, now).await?;
                }
                current.record.fail(&catalogue, failure, (http_status, wait), now, spread);
            }
            Ok((listed, pages)) => {
                let known = members::known(tx, &catalogue.name).await?;
                let missing = missing(tx, &known).await?;
                let seen = Listing::of(&listed);
                let compared = compare(listed, pages, known, &catalogue.prefix, |repo| missing.contains(repo), now);
                let (known, left) = (compared.registered, compared.registered - compared.lost);
                let seen = Listing { known, left, ..seen };
                if current.record.take(&catalogue, seen, now, spread) {
                    members::save(tx, &catalogue.name, &compared.changed).await?;
                    members::forget(tx, &catalogue.name, &compared.forgotten).await?;
                } else {
                    log::line("listing-held", &json!({ "catalogue": catalogue.name }));
                }
            }
        }
        catalogues::save(tx, &current, None).await?;
        Ok(())
    })
    .await
}

/// The registrations of these repositories whose index is missing (404).
async fn missing(tx: &mut impl Transaction, known: &HashMap<String, Known>) -> Result<HashSet<String>, StoreError> {
    let repos: Vec<&str> = known.values().filter_map(|known| known.repo.as_deref()).collect();
    let mut missing = HashSet::new();
    for repos in repos.chunks(REPOS_PER_READ) {
        let sources = sources::by_repos(tx, repos).await?.into_values();
        let gone = sources
            .filter(|source| source.record.failure.is_some() && matches!(source.record.http_status, Some(404 | 410)));
        missing.extend(gone.map(|source| source.repo().to_owned()));
    }
    Ok(missing)
}
