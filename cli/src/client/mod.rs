//! The hub's HTTP API as seen by a client: one request, one answer, typed errors.

mod answer;
mod base;
mod causes;
mod changes;
mod error;
mod lists;
mod manifest;
mod problem;
mod request;
mod search;
mod token;

use std::time::Duration;

pub(crate) use self::answer::Answer;
use self::answer::Received;
pub(crate) use self::base::Base;
pub(crate) use self::changes::changes;
pub(crate) use self::error::Error;
pub(crate) use self::lists::{events, list, tokens};
pub(crate) use self::manifest::manifest;
pub(crate) use self::problem::Problem;
pub(crate) use self::request::Request;
pub(crate) use self::search::search;
pub(crate) use self::token::Token;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection to one hub.
#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: Base,
    token: Option<Token>,
    timeout: Duration,
}

impl Client {
    /// A client of the hub at `base`; every request is given up after `timeout`. Nothing is sent yet.
    pub(crate) fn new(base: Base, token: Option<Token>, timeout: Duration) -> Result<Self, Error> {
        Ok(Self { http: http(&base, timeout)?, base, token, timeout })
    }

    /// The hub that is talked to, for messages.
    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    /// Sends `request`. The token goes only where one is needed: most reads are public, and need not reveal it.
    pub(crate) async fn send(&self, request: Request<'_>) -> Result<Answer, Error> {
        self.receive(request).await?.json()
    }

    /// Sends a read whose answer is no JSON, and gives its exact bytes.
    pub(crate) async fn download(&self, request: Request<'_>) -> Result<Vec<u8>, Error> {
        self.receive(request.of_any_type()).await?.bytes()
    }

    /// Sends a conditional read: true if the hub answers that nothing changed.
    pub(crate) async fn is_unchanged(&self, request: Request<'_>) -> Result<bool, Error> {
        self.receive(request).await?.is_unchanged()
    }

    /// The same hub for somebody without a token.
    pub(crate) fn without_token(&self) -> Self {
        Self { http: self.http.clone(), base: self.base.clone(), token: None, timeout: self.timeout }
    }

    /// Whether writes are sent with a token.
    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    async fn receive(&self, request: Request<'_>) -> Result<Received, Error> {
        let token = self.token.as_ref().filter(|_| request.needs_token());
        let response = request.build(&self.http, &self.base, token).send().await;
        let response = response.map_err(|error| self.transport(&error))?;
        Received::read(response, &self.base).await.map_err(|error| match error {
            answer::Failed::Transport(error) => self.transport(&error),
            answer::Failed::Answer(error) => error,
        })
    }

    fn transport(&self, error: &reqwest::Error) -> Error {
        if error.is_timeout() {
            let after = if error.is_connect() { CONNECT_TIMEOUT.min(self.timeout) } else { self.timeout };
            return Error::TimedOut { hub: self.base.to_string(), after };
        }
        Error::not_reachable(&self.base, error)
    }
}

/// What sends requests to the hub at `base`; every one is given up after `timeout`.
pub(crate) fn http(base: &Base, timeout: Duration) -> Result<reqwest::Client, Error> {
    // A second installation is refused, and means that a provider is there, which is all that is asked for.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("reuse-surface/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(timeout)
        // A redirected write would become a GET, or carry the token elsewhere: the base URL is to be corrected.
        .redirect(reqwest::redirect::Policy::none());
    if !base.is_https() {
        // Reading the platform's certificates costs more than the rest of the program.
        builder = builder.tls_certs_only([]);
    }
    if base.is_loopback() {
        builder = builder.no_proxy();
    }
    // The certificates are all that can be missing: everything else is set right here.
    builder.build().map_err(|error| Error::no_trust(&error))
}
