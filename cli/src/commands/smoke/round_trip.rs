//! The round trip: registers, reads, changes and removes a repo.

use super::interrupt::Interrupt;
use crate::client::{self, Client, Error, Request};
use crate::commands::checks::Finding;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::paths;
use api::repos::{Repo, ReposQuery};
use serde_json::json;
use std::time::Duration;

/// How often the removal is attempted, in case a request without a response left a registration.
const REMOVAL_ATTEMPTS: u32 = 3;

const DESCRIPTION: &str = "Written by `reuse-surface smoke`; safe to remove";

/// Registers, reads, changes and removes a repo. The registration is removed whatever happens.
pub(super) async fn run(client: &Client, interrupt: &mut Interrupt, output: &Output) -> Result<Finding, Failure> {
    let repo = name();
    output.progress(&format!("registering {repo} …"));
    let registered = client.send(registration(&repo)).await;
    let is_certain = registered.is_ok();
    let result = match registered {
        // The hub refused the registration, so there is nothing to remove.
        Err(Error::Problem(problem)) if problem.status < 500 => {
            return Err(at("register")(Error::Problem(problem).into()));
        }
        Err(error) => Err(at("register")(error.into())),
        Ok(answer) => steps(client, &repo, answer.etag.as_deref(), interrupt).await,
    };
    let Err(failure) = result else {
        return Ok(Finding::Fine(format!("{repo} was registered, read, changed and removed")));
    };
    if remove(client, &repo, is_certain).await {
        return Err(failure);
    }
    let remedy = format!("{repo} may still be registered; remove it with `reuse-surface hub deregister --repo {repo}`");
    Err(failure.hint(remedy))
}

/// A unique name that a token for `smoke-*` may write.
fn name() -> String {
    format!("smoke-{:x}-{:x}", jiff::Timestamp::now().as_nanosecond(), std::process::id())
}

/// A disabled registration, so that nothing is fetched or published.
fn registration(repo: &str) -> Request<'static> {
    Request::post(paths::REPOS).json(json!({
        "repo": repo,
        "url": "https://example.org/reuse-surface-smoke.yaml",
        "domain": "smoke",
        "enabled": false,
        "description": DESCRIPTION,
    }))
}

async fn steps(client: &Client, repo: &str, etag: Option<&str>, interrupt: &mut Interrupt) -> Result<(), Failure> {
    interrupt.check().await?;
    let shown: Repo<'static> =
        client.send(Request::get(paths::REPO).named(repo)).await.and_then(|it| it.shape()).map_err(told("read"))?;
    expect(
        "read",
        shown.registration.description == DESCRIPTION && !shown.registration.enabled,
        "it is not what was registered",
    )?;

    interrupt.check().await?;
    let listing = client::list(client, ReposQuery { q: Some(repo.to_owned()), ..ReposQuery::default() }, None)
        .await
        .map_err(told("list"))?;
    expect("list", listing.total == Some(1), "it is not in the list exactly once")?;

    interrupt.check().await?;
    let patch =
        |text: &str| Request::merge_patch(paths::REPO, json!({ "description": text })).named(repo).if_match(etag);
    let changed =
        client.send(patch("Changed by `reuse-surface smoke`; safe to remove")).await.map_err(told("change"))?;
    let is_new = changed.etag.is_some() && changed.etag.as_deref() != etag;
    expect("change", is_new, "its ETag did not change with it")?;

    interrupt.check().await?;
    match client.send(patch("Overwritten by `reuse-surface smoke`")).await {
        Err(Error::Problem(problem)) if problem.status == 412 => {}
        Err(error) => return Err(told("change with an old ETag")(error)),
        Ok(_) => expect("change with an old ETag", false, "it was not refused")?,
    }

    interrupt.check().await?;
    client.send(Request::delete(paths::REPO).named(repo)).await.map_err(told("remove"))?;
    match client.send(Request::get(paths::REPO).named(repo)).await {
        Err(Error::Problem(problem)) if problem.status == 404 => Ok(()),
        Err(error) => Err(told("read after the removal")(error)),
        Ok(_) => expect("read after the removal", false, "it is still there"),
    }
}

/// Removes the registration; true if it is gone. `is_certain` says that the registration was confirmed; without a response, it may still be
/// in flight.
async fn remove(client: &Client, repo: &str, is_certain: bool) -> bool {
    for attempt in 1..=REMOVAL_ATTEMPTS {
        match client.send(Request::delete(paths::REPO).named(repo)).await {
            Ok(_) => return true,
            Err(Error::Problem(problem)) if problem.status == 404 && (is_certain || attempt == REMOVAL_ATTEMPTS) => {
                return true;
            }
            Err(_) => {}
        }
        if attempt < REMOVAL_ATTEMPTS {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
    false
}

fn expect(step: &str, holds: bool, what: &str) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(at(step)(Failure::new(Exit::Refused, what).hint("see the hub's log"))) }
}

fn told(step: &str) -> impl Fn(Error) -> Failure {
    move |error| at(step)(error.into())
}

fn at(step: &str) -> impl Fn(Failure) -> Failure {
    move |failure| Failure { what: format!("{step}: {}", failure.what), ..failure }
}
