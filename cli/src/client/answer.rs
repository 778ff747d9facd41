//! What came back: a JSON value, a problem, or something no hub would say.

use reqwest::header::{CONTENT_TYPE, ETAG, HeaderName, LOCATION};
use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Base, Error, Problem};

/// What a client reads at most, so that a wrong URL cannot fill the memory.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The JSON body; null when there is none (204).
    pub(crate) body: Value,
    /// The ETag with its quotes.
    pub(crate) etag: Option<String>,
    hub: String,
    status: u16,
}

impl Answer {
    /// The body as the shape that a hub of this version answers.
    pub(crate) fn shape<T: DeserializeOwned>(&self) -> Result<T, Error> {
        T::deserialize(&self.body).map_err(|error| Error::Unexpected {
            hub: self.hub.clone(),
            status: self.status,
            what: format!("JSON of another shape than this version of reuse-surface knows: {error}"),
        })
    }
}

/// Why there is no [`Answer`].
pub(super) enum Failed {
    Transport(reqwest::Error),
    Answer(Error),
}

pub(super) async fn read(response: Response, base: &Base) -> Result<Answer, Failed> {
    let status = response.status();
    let hub = base.to_string();
    let header = |name: HeaderName| response.headers().get(name)?.to_str().ok().map(str::to_owned);
    let (etag, content_type, location) = (header(ETAG), header(CONTENT_TYPE), header(LOCATION));
    let unexpected =
        |what: String| Failed::Answer(Error::Unexpected { hub: hub.clone(), status: status.as_u16(), what });

    if status.is_redirection() {
        let target = location.map_or_else(|| "without saying where".to_owned(), |target| format!("to {target}"));
        return Err(unexpected(format!("a redirect {target}")));
    }
    let Some(body) = capped(response).await.map_err(Failed::Transport)? else {
        return Err(unexpected(format!("more than {} MiB", MAX_BODY / 1024 / 1024)));
    };
    if status == StatusCode::NO_CONTENT {
        return Ok(Answer { body: Value::Null, etag, hub, status: status.as_u16() });
    }
    let json = serde_json::from_slice::<Value>(&body);
    match json {
        Ok(body) if status.is_success() => Ok(Answer { body, etag, hub, status: status.as_u16() }),
        Ok(body) => match Problem::read(status.as_u16(), &body) {
            Some(problem) => Err(Failed::Answer(Error::Problem(Box::new(problem)))),
            None => Err(unexpected("JSON that is no problem document".to_owned())),
        },
        Err(_) if body.is_empty() => Err(unexpected("an empty body".to_owned())),
        Err(error) => {
            let kind = content_type.unwrap_or_else(|| "a body without a type".to_owned());
            let is_json = kind.contains("json");
            Err(unexpected(if is_json { format!("broken JSON ({error})") } else { format!("{kind}, not JSON") }))
        }
    }
}

/// The body, or `None` if it is longer than [`MAX_BODY`].
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
