//! Checks one source: the exchange with its origin, and the verdict on its index. The hub and the offline twin provide
//! a transport and a clock. All other logic is here, so that both get the same results.

use crate::diagnostic::Diagnostic;
use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::fetch::{Exchange, FetchFailure, Fetched, Request, Response, Step, TransportFailure, Validators};
use crate::forge;
use crate::index::{self, Index};
use crate::limits::FETCH_TIMEOUT;
use crate::problem::indexes;
use crate::registration::Registration;
use crate::source::{Head, Observation, SourceRecord};
use crate::source_url;
use crate::time::Seconds;
use futures::future::{Either, select};
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

/// The environment of a check.
pub trait Outbound: Send + Sync {
    /// Sends one request as it is and returns the response, with a body of at most [`crate::limits::MAX_WIRE_BYTES`].
    /// The caller drops the future when it takes too long.
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, TransportFailure>> + Send;
    /// The current time.
    fn now(&self) -> Seconds;
    /// Waits for this duration.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}

/// The result of a fetch.
pub enum Answer {
    /// The origin responded.
    Fetched(Fetched),
    /// A redirect leads to a host that requested a pause until then.
    Paused(Seconds),
}

/// The result of a fetch, compared with the record of the source.
pub enum CheckOutcome {
    /// An observation that needs no validation.
    Known(Observation),
    /// Content that has not been validated yet.
    New(Content),
    /// A redirect leads to a host that requested a pause until then.
    Paused(Seconds),
}

/// Content that has not been validated yet.
pub struct Content {
    /// Digest of the content.
    pub digest: Digest,
    bytes: Vec<u8>,
    validators: Validators,
    /// Why it was not found at the registered URL, if it is from the `HEAD` of the repository.
    elsewhere: Option<FetchFailure>,
}

/// Content with its verdict.
pub struct Judged {
    /// The observation for the state machine.
    pub observation: Observation,
    /// The exact bytes and the parsed index, if the observation is [`Observation::Valid`].
    pub valid: Option<(Vec<u8>, Index)>,
    /// Whether the index is from the `HEAD` of the repository, since the registered branch is gone.
    pub is_at_head: bool,
    /// Warnings about a valid index.
    pub warnings: Vec<Diagnostic>,
}

/// Fetches the document at `url` with these validators, whatever host a redirect leads to.
///
/// # Errors
/// As [`fetch_unless_paused`].
pub async fn fetch(outbound: &impl Outbound, url: &str, conditions: Validators) -> Result<Fetched, FetchFailure> {
    match fetch_unless_paused(outbound, url, conditions, |_, _| None).await? {
        Answer::Fetched(fetched) => Ok(fetched),
        // No host is paused.
        Answer::Paused(_) => Err(TransportFailure::Protocol.into()),
    }
}

/// Fetches the document at `url` with these validators. `quiet` returns the end of a host's pause, if there is one: a
/// redirect to that host is not followed.
///
/// # Errors
/// If there is no document within [`FETCH_TIMEOUT`]. If it should have been an index: [`FetchFailure::of_index`].
pub async fn fetch_unless_paused(
    outbound: &impl Outbound,
    url: &str,
    conditions: Validators,
    quiet: impl Fn(&str, Seconds) -> Option<Seconds> + Send,
) -> Result<Answer, FetchFailure> {
    let exchange = Exchange::new(source_url::parse(url)?, conditions);
    let conversation = pin!(converse(outbound, exchange, quiet));
    match select(conversation, pin!(outbound.sleep(FETCH_TIMEOUT))).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(TransportFailure::TotalTimeout.into()),
    }
}

async fn converse(
    outbound: &impl Outbound,
    mut exchange: Exchange,
    quiet: impl Fn(&str, Seconds) -> Option<Seconds> + Send,
) -> Result<Answer, FetchFailure> {
    let mut request = exchange.request();
    let mut host = source_url::host(&request.url);
    loop {
        let response = outbound.send(request).await?;
        match exchange.receive(response, outbound.now())? {
            Step::Send(next) => request = next,
            Step::Done(fetched) => return Ok(Answer::Fetched(fetched)),
        }
        let next = source_url::host(&request.url);
        if next != host {
            if let Some(until) = quiet(&next, outbound.now()) {
                return Ok(Answer::Paused(until));
            }
            host = next;
        }
    }
}

/// Fetches the index of a registration, given the known record of its source, whatever host a redirect leads to.
///
/// # Errors
/// The observation, if there is no new content to validate.
pub async fn check(
    outbound: &impl Outbound,
    registration: &Registration,
    known: &SourceRecord,
) -> Result<Content, Observation> {
    let conditions = known.validators(registration);
    match check_unless_paused(outbound, registration, known, conditions, |_, _| None).await {
        CheckOutcome::New(content) => Ok(content),
        CheckOutcome::Known(observation) => Err(observation),
        // No host is paused.
        CheckOutcome::Paused(_) => Err(Observation::Unreachable(TransportFailure::Protocol.into())),
    }
}

/// Fetches the index of a registration with these validators, and compares it with the record. If the branch in the URL is gone, the index is
/// looked for at the `HEAD` of the repository, once a day as long as it is not there.
pub async fn check_unless_paused(
    outbound: &impl Outbound,
    registration: &Registration,
    known: &SourceRecord,
    conditions: Validators,
    quiet: impl Fn(&str, Seconds) -> Option<Seconds> + Send + Sync,
) -> CheckOutcome {
    let failure = match fetch_unless_paused(outbound, &registration.url, conditions.clone(), &quiet).await {
        Ok(answer) => return outcome_of(answer, registration, known, None),
        Err(failure) => failure.of_index(),
    };
    let head = forge::head_url(&registration.url).filter(|_| failure.http_status == Some(404));
    let Some(head) = head.filter(|_| known.may_look_at_head(outbound.now())) else {
        return CheckOutcome::Known(Observation::Unreachable(failure));
    };
    match fetch_unless_paused(outbound, &head, conditions, &quiet).await {
        Ok(answer) => outcome_of(answer, registration, known, Some(failure)),
        // A temporary failure does not give up the index that was found there before.
        Err(again) if known.head == Some(Head::Followed) && again.http_status != Some(404) => {
            CheckOutcome::Known(Observation::Unreachable(again.of_index()))
        }
        Err(FetchFailure { quiet, .. }) => {
            CheckOutcome::Known(Observation::Unreachable(FetchFailure { quiet, ..failure.looked_at_head() }))
        }
    }
}

/// Compares an answer with the record. If the registered URL `failed`, the answer is from the `HEAD`.
fn outcome_of(
    answer: Answer,
    registration: &Registration,
    known: &SourceRecord,
    failed: Option<FetchFailure>,
) -> CheckOutcome {
    let fetched = match answer {
        Answer::Fetched(fetched) => fetched,
        Answer::Paused(until) => return CheckOutcome::Paused(until),
    };
    let (is_at_head, same) = (failed.is_some(), |digest: &Digest| {
        known.checked.as_ref().is_some_and(|c| c.digest == *digest && c.is_of(registration))
    });
    let unchanged = |validators, http_status| {
        let observation = Observation::Unchanged { validators, http_status };
        CheckOutcome::Known(observation.at_head_if(is_at_head))
    };
    match fetched {
        Fetched::NotModified => unchanged(None, 304),
        Fetched::Index { bytes, validators, .. } => {
            let digest = Digest::of(&bytes);
            match same(&digest) {
                true => unchanged(Some(validators), 200),
                false => CheckOutcome::New(Content { digest, bytes, validators, elsewhere: failed }),
            }
        }
    }
}

impl Content {
    /// Content that was not fetched.
    pub fn of(bytes: Vec<u8>) -> Self {
        Self { digest: Digest::of(&bytes), bytes, validators: Validators::default(), elsewhere: None }
    }

    /// Validates the content of this registration's index: a large part of the work of a refresh.
    pub fn judge(self, registration: &Registration) -> Judged {
        let Self { digest, bytes, validators, elsewhere } = self;
        let mut verdict = index::check_as(&bytes, registration.format);
        match (verdict.index, elsewhere) {
            (Some(index), elsewhere) => Judged {
                observation: Observation::Valid { digest, capability_count: index.capabilities.len(), validators },
                is_at_head: elsewhere.is_some(),
                warnings: verdict.diagnostics.into_iter().chain(other_repo(&index, registration)).collect(),
                valid: Some((bytes, index)),
            },
            // The content at the `HEAD` counts only if it is an index: otherwise, the registered URL has to be corrected.
            (None, Some(failure)) => Judged {
                observation: Observation::Unreachable(failure.looked_at_head()),
                valid: None,
                is_at_head: false,
                warnings: Vec::new(),
            },
            (None, None) => {
                point_to_raw(&mut verdict.diagnostics, &registration.url);
                Judged {
                    observation: Observation::Invalid { digest, diagnostics: verdict.diagnostics, validators },
                    valid: None,
                    is_at_head: false,
                    warnings: Vec::new(),
                }
            }
        }
    }
}

/// A warning if the index names a repo other than that of its registration.
fn other_repo(index: &Index, registration: &Registration) -> Option<Diagnostic> {
    let named = index.repo.as_ref().filter(|named| **named != registration.repo)?;
    let message = format!(
        "the index names the repo `{}`, but is registered as `{}`: correct one of them",
        excerpt(named),
        registration.repo
    );
    Some(Diagnostic::warning(&indexes::OTHER_REPO, "/repo", message))
}

/// Names the raw address, if the page of a file on a forge was registered.
fn point_to_raw(diagnostics: &mut [Diagnostic], url: &str) {
    let Some(page) = diagnostics.iter_mut().find(|found| found.code == indexes::NOT_AN_INDEX) else {
        return;
    };
    if let Some(raw) = forge::raw_url(url) {
        page.message = format!("{}. The raw file of this page is {raw}", page.message.as_str()).into();
    }
}
