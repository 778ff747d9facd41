//! Writes one planned change.

use super::super::conflict;
use super::plan::{Action, Planned};
use crate::client::{Client, Error, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use api::paths;
use api::repos::Registration;
use serde::Deserialize as _;
use serde_json::json;

/// Why a change was not made.
pub(super) struct Refused {
    pub(super) failure: Failure,
    /// Whether every other change would fail for the same reason.
    pub(super) for_all: bool,
}

/// Makes the change, if the registration is still what the plan was made for.
pub(super) async fn write(item: &Planned, client: &Client) -> Result<(), Refused> {
    match item.action {
        Action::Unchanged => Ok(()),
        Action::Create => {
            let request = Request::post(paths::REPOS).json(json!(item.wanted));
            client.send(request).await.map(drop).map_err(Refused::of)
        }
        Action::Update | Action::Delete => replace(item, client).await,
    }
}

async fn replace(item: &Planned, client: &Client) -> Result<(), Refused> {
    let repo = item.repo.as_str();
    let seen = client.send(Request::get(paths::REPO).named(repo)).await.map_err(Refused::of)?;
    let now = Registration::deserialize(&seen.body).ok();
    if now != item.live {
        return Err(Refused {
            failure: Failure::new(Exit::Refused, "it was changed while the file was applied")
                .hint("apply the file again, if it is still what you want"),
            for_all: false,
        });
    }
    let request = match item.action {
        Action::Delete => Request::delete(paths::REPO),
        _ => Request::merge_patch(paths::REPO, item.patch()),
    };
    match client.send(request.named(repo).if_match(seen.etag.as_deref())).await {
        Ok(_) => Ok(()),
        Err(error) => {
            let for_all = is_for_all(&error);
            Err(Refused { failure: conflict::explained(error, repo, Some(&seen), client).await, for_all })
        }
    }
}

impl Refused {
    fn of(error: Error) -> Self {
        Self { for_all: is_for_all(&error), failure: error.into() }
    }
}

/// If the hub cannot be reached or does not know the token, the next change fails too; and each attempt with an invalid token is counted.
fn is_for_all(error: &Error) -> bool {
    match error {
        Error::Problem(problem) => matches!(problem.status, 401 | 429 | 500..),
        _ => true,
    }
}
