//! Webhooks: a push that changes an index makes it fresh at once.

use super::refresh::{Scope, refresh_one};
use crate::hub::App;
use crate::log;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use federation::digest::Digest;
use federation::hooks::{Push, Sender};
use serde_json::json;
use store::database::{Database as _, Transaction as _};
use store::hooks;
use store::revisions::Origin;

/// Checked where no registration is concerned, so that it takes as long.
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
        let detail = "No registration of this repository has this secret. `POST /v1/repos/{repo}/hook` makes one.";
        Problem::new(&kinds::HOOK_NOT_VERIFIED, detail)
    };
    let (Some(sender), Some(push)) = (sender, push) else { return Err(not_verified()) };
    let database = app.database().await?;
    let known = hooks::at(database, &push.raw_addresses()).await?;
    let verified: Vec<_> = known.iter().filter(|hook| sender.knows(&hook.secret, body)).collect();
    if known.is_empty() {
        std::hint::black_box(sender.knows(NOBODYS, body));
    }
    if verified.is_empty() {
        return Err(not_verified());
    }
    let concerned: Vec<&str> = verified
        .into_iter()
        .filter(|hook| sender.is_push && push.concerns(&hook.url))
        .map(|hook| hook.repo.as_str())
        .collect();
    // What changes no index is not even written down.
    if concerned.is_empty() {
        return Ok(Vec::new());
    }
    let (digest, now) = (Digest::of(body), app.ports.now());
    let mut tx = database.write().await?;
    let mut new = Vec::new();
    for repo in concerned {
        if hooks::arrived(&mut tx, repo, digest.hex(), now).await? {
            new.push(repo.to_owned());
        }
    }
    tx.commit().await?;
    if new.is_empty() {
        let detail = "This delivery has arrived before; the index was fetched then.";
        return Err(Problem::new(&kinds::HOOK_REPEATED, detail));
    }
    let (later, repos) = (app.clone(), new.clone());
    app.ports.spawn(async move {
        for repo in repos {
            if let Err(error) = refresh_one(&later, &repo, Scope::One(repo.clone()), Origin::HUB).await {
                log::line("refresh-failed", &json!({ "repo": repo, "why": error.to_string() }));
            }
        }
    });
    Ok(new)
}
