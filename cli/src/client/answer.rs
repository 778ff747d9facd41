//! The response to a request: a JSON value, a problem, or something that no hub would send.

use super::{Base, Error, Problem};
use reqwest::header::{CONTENT_TYPE, DATE, ETAG, HeaderName, LOCATION};
use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Maximum size of a response body in bytes, so that a wrong URL cannot exhaust the memory.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// A successful response.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The JSON body; null if there is none (204).
    pub(crate) body: Value,
    /// The ETag, including its quotes.
    pub(crate) etag: Option<String>,
    /// The hub's time, as received.
    pub(crate) date: Option<String>,
    hub: String,
    status: u16,
}

impl Answer {
    /// Deserialises the body as the type that a hub of this version sends.
    pub(crate) fn shape<T: DeserializeOwned>(&self) -> Result<T, Error> {
        T::deserialize(&self.body).map_err(|error| self.misshapen(&error))
    }

    /// The error of JSON that does not have the shape of this version of the contract.
    pub(super) fn misshapen(&self, error: &serde_json::Error) -> Error {
        self.unexpected(&format!("JSON with a shape that this version of reuse-surface does not know: {error}"))
    }

    /// The error of a response that no hub would send; `what` describes it.
    pub(super) fn unexpected(&self, what: &str) -> Error {
        Error::Unexpected { hub: self.hub.clone(), status: self.status, what: what.to_owned() }
    }
}

/// Why there is no [`Answer`].
pub(super) enum Failed {
    Transport(reqwest::Error),
    Answer(Error),
}

/// A complete response that is not interpreted yet.
pub(super) struct Received {
    hub: String,
    status: StatusCode,
    etag: Option<String>,
    date: Option<String>,
    content_type: Option<String>,
    body: Vec<u8>,
}

impl Received {
    pub(super) async fn read(response: Response, base: &Base) -> Result<Self, Failed> {
        let header = |name: HeaderName| response.headers().get(name)?.to_str().ok().map(str::to_owned);
        let (etag, date) = (header(ETAG), header(DATE));
        let (content_type, location) = (header(CONTENT_TYPE), header(LOCATION));
        let (hub, status) = (base.to_string(), response.status());
        let mut received = Self { hub, status, etag, date, content_type, body: Vec::new() };
        if status == StatusCode::NOT_MODIFIED {
            return Ok(received);
        }
        if status.is_redirection() {
            let target = location.map_or_else(|| "without a target".to_owned(), |target| format!("to {target}"));
            return Err(Failed::Answer(received.unexpected(format!("a redirect {target}"))));
        }
        match capped(response).await.map_err(Failed::Transport)? {
            Some(body) => received.body = body,
            None => {
                return Err(Failed::Answer(received.unexpected(format!("more than {} MiB", MAX_BODY / 1024 / 1024))));
            }
        }
        Ok(received)
    }

    /// True for 304, false for a full response.
    pub(super) fn is_unchanged(&self) -> Result<bool, Error> {
        match self.status {
            StatusCode::NOT_MODIFIED => Ok(true),
            status if status.is_success() => Ok(false),
            _ => Err(self.refusal()),
        }
    }

    /// The bytes of a successful response.
    pub(super) fn bytes(self) -> Result<Vec<u8>, Error> {
        if self.status.is_success() { Ok(self.body) } else { Err(self.refusal()) }
    }

    /// The JSON of a successful response.
    pub(super) fn json(self) -> Result<Answer, Error> {
        if !self.status.is_success() {
            return Err(self.refusal());
        }
        let body = match self.status {
            StatusCode::NO_CONTENT => Value::Null,
            _ => serde_json::from_slice(&self.body).map_err(|error| self.not_json(&error))?,
        };
        Ok(Answer { body, etag: self.etag, date: self.date, hub: self.hub, status: self.status.as_u16() })
    }

    fn refusal(&self) -> Error {
        match serde_json::from_slice::<Value>(&self.body) {
            Err(error) => self.not_json(&error),
            Ok(body) => match Problem::read(self.status.as_u16(), &body) {
                Some(problem) => Error::Problem(Box::new(problem)),
                None => self.unexpected("JSON that is not a problem document".to_owned()),
            },
        }
    }

    fn not_json(&self, error: &serde_json::Error) -> Error {
        if self.body.is_empty() {
            return self.unexpected("an empty body".to_owned());
        }
        let kind = self.content_type.as_deref().unwrap_or("a body without a type");
        let is_json = kind.contains("json");
        self.unexpected(if is_json { format!("broken JSON ({error})") } else { format!("{kind}, not JSON") })
    }

    fn unexpected(&self, what: String) -> Error {
        Error::Unexpected { hub: self.hub.clone(), status: self.status.as_u16(), what }
    }
}

/// Reads the body; `None` if it is longer than [`MAX_BODY`].
async fn capped(mut response: Response) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_BODY {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}
