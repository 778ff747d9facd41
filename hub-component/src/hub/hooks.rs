//! Webhooks: a push that changes an index makes it fresh at once.

use super::refresh::{Commit, Scope, refresh_one};
use crate::hub::App;
use crate::log;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::refresh::Outcome;
use federation::digest::Digest;
use federation::hooks::{Push, Sender};
use federation::source::SourceRecord;
use federation::time::Seconds;
use serde_json::json;
use store::StoreError;
use store::database::{Database, Transaction, read_with, write_with};
use store::hooks::{self, Hook};
use store::revisions::Origin;
use store::sources::{self, Source};

/// Checked when no registration matches, so that the response takes just as long.
const NOBODYS: &str = "a secret that no registration has";

/// Receives a delivery. Returns the repos whose index is fetched after the response.
///
/// # Errors
/// `hook-not-verified` if the sender knows the secret of no registration of the repository, whether there are any or not;
/// `hook-repeated` if the delivery has arrived before.
pub async fn receive<P: Ports>(
    app: &App<P>,
    sender: Option<Sender<'_>>,
    push: Option<&Push>,
    body: &[u8],
) -> Result<Vec<String>, Problem> {
    let not_verified = || {
        let detail = "No registration of this repository has this secret. `POST /v1/repos/{repo}/hook` creates one.";
        Problem::new(&kinds::HOOK_NOT_VERIFIED, detail)
    };
    let (Some(sender), Some(push)) = (sender, push) else { return Err(not_verified()) };
    let database = app.database().await?;
    let known = hooks::at(database, &push.raw_addresses()).await?;
    let verified: Vec<_> = known.iter().filter(|hook| sender.has_secret(&hook.secret, body)).collect();
    if known.is_empty() {
        std::hint::black_box(sender.has_secret(NOBODYS, body));
    }
    if verified.is_empty() {
        return Err(not_verified());
    }
    let now = app.ports.now();
    let is_concerned = |hook: &Hook| sender.is_push && push.concerns(&hook.url);
    let (concerned, others): (Vec<&Hook>, Vec<&Hook>) = verified.into_iter().partition(|hook| is_concerned(hook));
    let unheard = unheard(database, &others, now).await?;
    // A push that changes no index is recorded only once a day, to show that announcements arrive.
    if concerned.is_empty() && unheard.is_empty() {
        return Ok(Vec::new());
    }
    let digest = Digest::of(&[body, sender.delivery].concat());
    let (new, scopes) = write_with(database, async |tx| {
        let (mut new, mut scopes, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
        for Hook { repo, url, .. } in concerned.iter().copied() {
            if hooks::insert_delivery(tx, repo, digest.hex(), now).await? {
                new.push(repo.clone());
                scopes.push(match push.pinned(url) {
                    Some((url, provenance)) => (repo.clone(), Scope::Pushed(repo.clone(), Commit { url, provenance })),
                    None => (repo.clone(), Scope::Requested(repo.clone())),
                });
            } else {
                repeated.push(repo.as_str());
            }
        }
        doubt(tx, &repeated).await?;
        announce(tx, &new, true, now).await?;
        announce(tx, &unheard, false, now).await?;
        Ok::<_, Problem>((new, scopes))
    })
    .await?;
    if new.is_empty() && !concerned.is_empty() {
        let detail = "The hub already received this delivery and fetched the index. It checks the index again after `cache_ttl_seconds`.";
        return Err(Problem::new(&kinds::HOOK_REPEATED, detail));
    }
    refresh_later(app, scopes);
    Ok(new)
}

/// The repos of the hooks from whose forge the hub has not heard for a day.
async fn unheard(database: &impl Database, hooks: &[&Hook], now: Seconds) -> Result<Vec<String>, StoreError> {
    if hooks.is_empty() {
        return Ok(Vec::new());
    }
    let repos: Vec<&str> = hooks.iter().map(|hook| hook.repo.as_str()).collect();
    let sources = read_with(database, async |tx| sources::by_repos(tx, &repos).await).await?;
    let is_unheard = |record: &SourceRecord| !record.follows_head() && !record.knows_of_pushes(now);
    Ok(sources.into_iter().filter(|(_, source)| is_unheard(&source.record)).map(|(repo, _)| repo).collect())
}

/// Records that a push was announced for these repos; `concerns` says whether it may change their indexes.
async fn announce(tx: &mut impl Transaction, repos: &[String], concerns: bool, now: Seconds) -> Result<(), StoreError> {
    let repos: Vec<&str> = repos.iter().map(String::as_str).collect();
    let mut sources: Vec<Source> = sources::by_repos(tx, &repos).await?.into_values().collect();
    sources.iter_mut().for_each(|source| source.record.announce(concerns, now));
    sources::save_records(tx, &sources).await
}

/// Equal bodies may still be two pushes, if the same commit was pushed, replaced and pushed again.
async fn doubt(tx: &mut impl Transaction, repos: &[&str]) -> Result<(), StoreError> {
    let mut sources: Vec<Source> = sources::by_repos(tx, repos).await?.into_values().collect();
    sources
        .iter_mut()
        .for_each(|source| source.record.check_by_time_to_live(source.registered.registration.cache_ttl_seconds));
    sources::save_records(tx, &sources).await
}

fn refresh_later<P: Ports>(app: &App<P>, scopes: Vec<(String, Scope)>) {
    let later = app.clone();
    app.ports.spawn(async move {
        for (repo, scope) in scopes {
            if let Err(error) = refresh_pushed(&later, &repo, scope).await {
                log::line("refresh-failed", &json!({ "repo": repo, "why": error.to_string() }));
            }
        }
    });
}

async fn refresh_pushed<P: Ports>(app: &App<P>, repo: &str, scope: Scope) -> Result<(), StoreError> {
    let is_pinned = matches!(scope, Scope::Pushed(..));
    let report = refresh_one(app, repo, scope, Origin::HUB).await?;
    let has_failed = report.is_some_and(|report| report.sources.iter().any(|it| it.outcome.is(Outcome::Failed)));
    // A commit may be gone by the time its push is announced.
    if is_pinned && has_failed {
        refresh_one(app, repo, Scope::Requested(repo.to_owned()), Origin::HUB).await?;
    }
    Ok(())
}
