//! A connection to one hub.

use super::answer::{self, Received};
use super::{Answer, Base, Error, Request, Token};
use reqwest::StatusCode;
use reqwest::redirect::{Action, Attempt, Policy};
use std::time::Duration;

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
    /// Creates a client of the hub at `base`; every request times out after `timeout`. Nothing is sent yet.
    pub(crate) fn new(base: Base, token: Option<Token>, timeout: Duration) -> Result<Self, Error> {
        Ok(Self { http: http(&base, timeout)?, base, token, timeout })
    }

    /// The base URL of the hub, for messages.
    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    /// Sends `request`. The token is sent only if one is needed; most reads are public.
    pub(crate) async fn send(&self, request: Request<'_>) -> Result<Answer, Error> {
        self.receive(request).await?.json()
    }

    /// Sends a read whose response is not JSON, and returns its exact bytes.
    pub(crate) async fn download(&self, request: Request<'_>) -> Result<Vec<u8>, Error> {
        self.receive(request.of_any_type()).await?.bytes()
    }

    /// Sends a conditional read; true if the hub responds that nothing changed.
    pub(crate) async fn is_unchanged(&self, request: Request<'_>) -> Result<bool, Error> {
        self.receive(request).await?.is_unchanged()
    }

    /// A client of the same hub without a token.
    pub(crate) fn without_token(&self) -> Self {
        Self { http: self.http.clone(), base: self.base.clone(), token: None, timeout: self.timeout }
    }

    /// A client of the same hub with another token.
    pub(crate) fn with_token(&self, token: Token) -> Self {
        Self { token: Some(token), ..self.without_token() }
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

/// Follows the hub to the new name of a registration, once. Any other redirect would turn a write into a GET or send the token elsewhere, so the
/// user must correct the base URL.
fn follow(attempt: Attempt<'_>) -> Action {
    let is_new_name = attempt.status() == StatusCode::PERMANENT_REDIRECT
        && matches!(attempt.previous(), [asked] if asked.origin() == attempt.url().origin());
    if is_new_name { attempt.follow() } else { attempt.stop() }
}

/// Creates the HTTP client for the hub at `base`; every request times out after `timeout`.
pub(crate) fn http(base: &Base, timeout: Duration) -> Result<reqwest::Client, Error> {
    // Installing a second time fails; that only means that a provider is already installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("reuse-surface/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(timeout)
        .redirect(Policy::custom(follow));
    if !base.is_https() {
        // Loading the platform's certificates costs more than the rest of the program.
        builder = builder.tls_certs_only([]);
    }
    if base.is_loopback() {
        builder = builder.no_proxy();
    }
    // Only missing certificates can make this fail; everything else is set here.
    builder.build().map_err(|error| Error::no_trust(&error))
}
