//! The holder of a valid token.

use super::bearer::{Valid, authenticate};
use super::refusal::{forbidden, of_a_job};
use crate::edge::logged_request::Who;
use crate::hub::App;
use crate::ports::Ports;
use crate::problem::Problem;
use api::headers::REQUEST_ID;
use axum::extract::FromRequestParts;
use federation::provenance::Provenance;
use federation::time::Seconds;
use federation::token::{Need, Repos, Scope, allow};
use http::request::Parts;
use store::revisions::Origin;

/// The sender of a valid token. This grants nothing yet: a handler asks for the permission it needs and gets an [`Actor`].
#[derive(Debug)]
pub struct Caller {
    actor: Actor,
    grant: Grant,
    provenance: Option<Provenance>,
}

/// What a token allows, and until when.
#[derive(Debug)]
pub struct Grant {
    /// Its scopes.
    pub scopes: Vec<Scope>,
    /// When it expires; `None` if it is valid until it is revoked.
    pub expires_at: Option<Seconds>,
}

/// A caller with the permission that the handler asked for.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Name of the token.
    pub name: String,
    /// The id of the request.
    pub request_id: String,
}

impl Actor {
    /// The origin to record in revisions and events.
    pub fn origin<'a>(&'a self, cause: &'a str) -> Origin<'a> {
        Origin { actor: &self.name, cause, request_id: Some(&self.request_id) }
    }
}

impl Caller {
    /// Requires the scope `admin`.
    ///
    /// # Errors
    /// `forbidden`, unless the token has full access.
    pub fn administers(&self) -> Result<Actor, Problem> {
        self.needs(Need::Admin)
    }

    /// Requires permission to compose.
    ///
    /// # Errors
    /// `forbidden`, unless the token may compose.
    pub fn composes(&self) -> Result<Actor, Problem> {
        self.needs(Need::Compose)
    }

    /// Requires permission to write this repo.
    ///
    /// # Errors
    /// `forbidden`, unless the token may write this repo.
    pub fn writes(&self, repo: &str) -> Result<Actor, Problem> {
        self.needs(Need::Write(repo))
    }

    /// As [`Self::writes`], for changes that outlast a CI job, whose token may only publish.
    ///
    /// # Errors
    /// `forbidden`, unless the token may write this repo and was not given to a CI job.
    pub fn maintains(&self, repo: &str) -> Result<Actor, Problem> {
        if self.provenance.is_some() && self.may(Need::Write(repo)) {
            return Err(of_a_job());
        }
        self.writes(repo)
    }

    /// Requires permission to write some repo.
    ///
    /// # Errors
    /// `forbidden`, unless the token may write at least one repo.
    pub fn writes_some(&self) -> Result<Actor, Problem> {
        self.needs(Need::WriteSome)
    }

    /// Requires permission to write all these repos.
    ///
    /// # Errors
    /// `forbidden`, unless one scope of the token covers every repo whose name begins with `prefix`.
    pub fn writes_all(&self, prefix: &str) -> Result<Actor, Problem> {
        self.needs(Need::WriteAll(prefix))
    }

    /// Whether the token grants `need`.
    pub fn may(&self, need: Need<'_>) -> bool {
        allow(&self.grant.scopes, need)
    }

    /// The name of the token, and what it allows.
    pub fn identity(&self) -> (&str, &Grant) {
        (&self.actor.name, &self.grant)
    }

    /// The commit that the token was given for, if it is that of a CI job.
    pub fn provenance(&self) -> Option<&Provenance> {
        self.provenance.as_ref()
    }

    fn needs(&self, need: Need<'_>) -> Result<Actor, Problem> {
        if self.may(need) { Ok(self.actor.clone()) } else { Err(forbidden(need)) }
    }
}

impl<P: Ports> FromRequestParts<App<P>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App<P>) -> Result<Self, Problem> {
        let (name, scopes, expires_at, provenance) = match authenticate(app, &parts.headers).await? {
            Valid::Bootstrap => (BOOTSTRAP.to_owned(), vec![Scope::Admin], None, None),
            Valid::Named(token) => (token.name, token.scopes, token.expires_at, None),
            Valid::Exchanged(given) => {
                // The name of a repo has no star, so it matches only itself.
                let scope = Scope::ReposWrite(Repos::Matching(given.repo));
                (given.actor, vec![scope], Some(given.expires_at), Some(given.provenance))
            }
        };
        if let Some(who) = parts.extensions.get::<Who>() {
            who.is(&name);
        }
        // Every request has an id by now: the edge adds one if it is missing.
        let request_id = parts.headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
        Ok(Self { actor: Actor { name, request_id }, grant: Grant { scopes, expires_at }, provenance })
    }
}

/// The name of the operator's token; no named token may use it.
const BOOTSTRAP: &str = "bootstrap";
