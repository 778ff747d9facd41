//! The exchange with one source: the first request, redirects and the response.

use super::{FetchFailure, Fetched, Request, Response, Validators, content, headers, quiet};
use crate::limits::MAX_REDIRECTS;
use crate::problem::sources;
use crate::source_url;
use crate::time::Seconds;
use url::Url;

/// Longest validator worth keeping, in bytes.
const VALIDATOR_BYTES: usize = 1024;

/// One fetch in progress.
#[derive(Debug)]
pub struct Exchange {
    url: Url,
    validators: Validators,
    hops: usize,
}

/// What to do after a response.
#[derive(Debug)]
pub enum Step {
    /// Send this request and pass the response to [`Exchange::receive`].
    Send(Request),
    /// The fetch is complete.
    Done(Fetched),
}

impl Exchange {
    /// Begins a fetch of `url`. With validators, the origin may report that nothing changed.
    pub fn new(url: Url, validators: Validators) -> Self {
        Self { url, validators, hops: 0 }
    }

    /// The request to send now.
    pub fn request(&self) -> Request {
        let mut headers = vec![
            ("accept", "application/yaml, application/x-yaml, text/yaml, text/plain;q=0.9, */*;q=0.5".to_owned()),
            ("accept-encoding", "gzip".to_owned()),
            ("user-agent", concat!("reuse-surface/", env!("CARGO_PKG_VERSION")).to_owned()),
        ];
        if self.is_conditional() {
            headers.extend(self.validators.etag.clone().map(|etag| ("if-none-match", etag)));
            headers.extend(self.validators.last_modified.clone().map(|date| ("if-modified-since", date)));
        }
        Request { url: self.url.clone(), headers }
    }

    /// Whether the next request is conditional. Validators of one URL are not valid for another.
    fn is_conditional(&self) -> bool {
        let Validators { url, etag, last_modified } = &self.validators;
        url.as_deref() == Some(self.url.as_str()) && (etag.is_some() || last_modified.is_some())
    }

    /// Processes a response.
    ///
    /// # Errors
    /// If the response is neither a document, nor "not modified", nor a redirect that may be followed.
    pub fn receive(&mut self, response: Response, now: Seconds) -> Result<Step, FetchFailure> {
        let status = response.status;
        self.judge(response, now)
            .map_err(|failure| FetchFailure { http_status: failure.http_status.or(Some(status)), ..failure })
    }

    fn judge(&mut self, response: Response, now: Seconds) -> Result<Step, FetchFailure> {
        match response.status {
            200 => {
                let validators = Validators {
                    url: Some(self.url.to_string()),
                    etag: response.header("etag").and_then(keep_validator),
                    last_modified: response.header("last-modified").and_then(keep_validator),
                };
                let link = response.header("link").map(str::to_owned);
                let encoding = response.header("content-encoding").map(str::to_owned);
                let bytes = content::decode(encoding.as_deref(), response.body)?;
                Ok(Step::Done(Fetched::Index { bytes, validators, link }))
            }
            304 if !self.is_conditional() => Err(FetchFailure::new(
                &sources::UNEXPECTED_NOT_MODIFIED,
                "The server sent 304 to an unconditional request; its cache is broken.",
            )),
            304 => Ok(Step::Done(Fetched::NotModified)),
            301 | 302 | 303 | 307 | 308 => {
                self.url = self.follow(response.header("location"))?;
                self.hops += 1;
                Ok(Step::Send(self.request()))
            }
            status => {
                let quiet = quiet::asked_for(&response, now);
                let (cause, advice) =
                    if quiet.is_some() { (" It asks for fewer requests.", "") } else { cause(&response) };
                Err(FetchFailure {
                    retry_after_seconds: response
                        .header("retry-after")
                        .and_then(|value| headers::retry_after(value, now)),
                    quiet: quiet.map(|seconds| (source_url::host(&self.url), seconds)),
                    ..FetchFailure::new(&sources::HTTP_STATUS, format!("The server responded with {status}.{cause}"))
                        .advising(advice)
                })
            }
        }
    }

    fn follow(&self, location: Option<&str>) -> Result<Url, FetchFailure> {
        if self.hops == MAX_REDIRECTS {
            return Err(FetchFailure::new(
                &sources::TOO_MANY_REDIRECTS,
                format!("There were more than {MAX_REDIRECTS} redirects."),
            )
            .advising(" Register the final address."));
        }
        let location = location.ok_or_else(|| {
            FetchFailure::new(&sources::INVALID_REDIRECT, "The server sent a redirect without a target.")
        })?;
        let target = self.url.join(location).map_err(|e| {
            FetchFailure::new(&sources::INVALID_REDIRECT, format!("The server redirects to an invalid URL: {e}."))
        })?;
        let target = source_url::parse(target.as_str()).map_err(|refused| {
            FetchFailure::new(
                &sources::REDIRECT_REFUSED,
                format!("The server redirects to a URL that is not allowed. {}", refused.message),
            )
        })?;
        if self.url.scheme() == "https" && target.scheme() == "http" {
            return Err(FetchFailure::new(
                &sources::REDIRECT_DOWNGRADE,
                "The server redirects from https to http; serve the target over https.",
            ));
        }
        Ok(target)
    }
}

/// Drops a validator that is too long or cannot be sent back verbatim: the next fetch is then unconditional.
fn keep_validator(value: &str) -> Option<String> {
    let can_be_sent = value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    (value.len() <= VALIDATOR_BYTES && !value.is_empty() && can_be_sent).then(|| value.to_owned())
}

/// The most likely cause of a status, and what to do about it if an index was requested. Forges and object stores hide private files, each
/// behind a different status.
fn cause(response: &Response) -> (&'static str, &'static str) {
    const PUBLISH: &str = " Publish the index where anyone can read it.";
    match response.status {
        _ if response.header("cf-mitigated").is_some() => {
            (" Cloudflare sent a challenge for browsers; let it pass requests for this path.", "")
        }
        203 => (" This is the page of a proxy or a sign-in.", PUBLISH),
        204 | 205 => ("", " The file is empty, or the URL is not that of the file."),
        206 => (" The hub asked for the whole file; correct the server or its cache.", ""),
        401 => (" It asks for a login.", PUBLISH),
        403 => (
            " It asks for a login or refuses access.",
            " Publish the index where anyone can read it. Object stores also respond like this for a missing file: check the path.",
        ),
        404 | 410 => (
            "",
            " Check the path and the branch in the URL. Forges also respond like this for a private repository: publish the index where anyone can read it.",
        ),
        407 => (" The hub's own proxy asks for a password; the operator can configure it.", ""),
        _ => ("", ""),
    }
}

#[cfg(test)]
mod tests;
