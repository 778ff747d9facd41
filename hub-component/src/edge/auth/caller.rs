//! The holder of a valid token.

use super::bearer::authenticate;
use super::refusal::forbidden;
use crate::edge::asked::Who;
use crate::hub::App;
use crate::ports::Ports;
use crate::problem::Problem;
use api::headers::REQUEST_ID;
use axum::extract::FromRequestParts;
use federation::token::{Need, allow};
use http::request::Parts;
use store::revisions::Origin;
use store::tokens::Token;

/// Whoever sent a valid token. That allows nothing yet: a handler asks for what it needs, and gets an [`Actor`] to do it as.
#[derive(Debug)]
pub struct Caller {
    actor: Actor,
    token: Option<Token>,
}

/// Somebody who may do what was asked for.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Name of the token.
    pub name: String,
    /// Of the request.
    pub request_id: String,
}

impl Actor {
    /// What a revision or an event that this leads to says about where it came from.
    pub fn origin<'a>(&'a self, cause: &'a str) -> Origin<'a> {
        Origin { actor: &self.name, cause, request_id: Some(&self.request_id) }
    }
}

impl Caller {
    /// # Errors
    /// `forbidden`, unless the token may do everything.
    pub fn administers(&self) -> Result<Actor, Problem> {
        self.needs(Need::Admin)
    }

    /// # Errors
    /// `forbidden`, unless the token may compose.
    pub fn composes(&self) -> Result<Actor, Problem> {
        self.needs(Need::Compose)
    }

    /// # Errors
    /// `forbidden`, unless the token may write this repo.
    pub fn writes(&self, repo: &str) -> Result<Actor, Problem> {
        self.needs(Need::Write(repo))
    }

    /// # Errors
    /// `forbidden`, unless the token may write some repo, whichever.
    pub fn writes_some(&self) -> Result<Actor, Problem> {
        self.needs(Need::WriteSome)
    }

    /// Whether the token gives what is needed.
    pub fn may(&self, need: Need<'_>) -> bool {
        // The bootstrap token has no record and may do everything.
        self.token.as_ref().is_none_or(|token| allow(&token.scopes, need))
    }

    /// The name of the token, and what is known of it unless it is the bootstrap token.
    pub fn identity(&self) -> (&str, Option<&Token>) {
        (&self.actor.name, self.token.as_ref())
    }

    fn needs(&self, need: Need<'_>) -> Result<Actor, Problem> {
        if self.may(need) { Ok(self.actor.clone()) } else { Err(forbidden(need)) }
    }
}

impl<P: Ports> FromRequestParts<App<P>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App<P>) -> Result<Self, Problem> {
        let token = authenticate(app, &parts.headers).await?;
        let name = token.as_ref().map_or(BOOTSTRAP, |token| &token.name).to_owned();
        if let Some(who) = parts.extensions.get::<Who>() {
            who.is(&name);
        }
        // Every request has an id by now: the edge gave it one before it came here.
        let request_id = parts.headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
        Ok(Self { actor: Actor { name, request_id }, token })
    }
}

/// The name of the operator's token, which no other may have.
const BOOTSTRAP: &str = "bootstrap";
