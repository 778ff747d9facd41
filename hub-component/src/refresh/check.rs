//! One source: fetched and judged, nothing written.

use crate::ports::{Fetch, Ports};
use federation::compose::Fragment;
use federation::diagnostic::Diagnostic;
use federation::digest::Digest;
use federation::fetch::{Exchange, FetchFailure, Fetched, Quiet, Step, TransportFailure, Validators};
use federation::index;
use federation::limits::FETCH_TIMEOUT;
use federation::problem::sources;
use federation::registration::Registration;
use federation::source::{Observation, SourceRecord};
use federation::source_url;
use federation::time::Seconds;
use futures::future::{Either, select};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use store::fragments::Rendered;

/// What a check found, and the snapshot to keep if it is a new valid one.
pub struct Checked {
    /// For the state machine.
    pub observation: Observation,
    /// Present with [`Observation::Valid`].
    pub snapshot: Option<NewSnapshot>,
    /// What is doubtful in a valid index.
    pub warnings: Vec<Diagnostic>,
}

impl Checked {
    /// Bytes that it holds until it is written.
    pub fn size(&self) -> usize {
        self.snapshot.as_ref().map_or(0, |new| new.bytes.len() + new.fragment.bytes())
    }
}

impl From<Observation> for Checked {
    fn from(observation: Observation) -> Self {
        Self { observation, snapshot: None, warnings: Vec::new() }
    }
}

/// A valid index that was not known before.
pub struct NewSnapshot {
    /// Names it.
    pub digest: Digest,
    /// Exact bytes.
    pub bytes: Vec<u8>,
    /// How many capabilities it has.
    pub capability_count: usize,
    /// The domain that the fragment was rendered for.
    pub domain: String,
    /// As the source contributes it, cut before anything is written: the lock for writing is not held meanwhile.
    pub fragment: Rendered,
}

/// What a fetch brought.
pub(super) enum Heard {
    /// Something that needs no judging.
    Known(Observation),
    /// Content that was not judged yet.
    New(Content),
    /// A redirect to a host that asked to be left alone until then.
    Quiet(Seconds),
}

/// Content that was not judged yet.
pub(super) struct Content {
    pub(super) digest: Digest,
    bytes: Vec<u8>,
    validators: Validators,
}

/// Fetches the index of a registration and judges it against what is known.
pub async fn check<P: Ports>(ports: &P, registration: &Registration, known: &SourceRecord) -> Checked {
    let conditions = known.validators(&registration.url);
    match hear(ports, registration, known, conditions, &Mutex::default()).await {
        Heard::New(content) => judge(registration, content),
        Heard::Known(observation) => observation.into(),
        // Nobody is left alone here.
        Heard::Quiet(_) => Observation::Unreachable(TransportFailure::Protocol.into()).into(),
    }
}

/// Fetches the index of a registration under these conditions, without asking a host that a redirect leads to and that is to be left alone.
pub(super) async fn hear<P: Ports>(
    ports: &P,
    registration: &Registration,
    known: &SourceRecord,
    conditions: Validators,
    quiet: &Mutex<Quiet>,
) -> Heard {
    let fetched = match fetch(ports, &registration.url, conditions, quiet).await {
        Ok(Answer::Fetched(fetched)) => fetched,
        Ok(Answer::Quiet(until)) => return Heard::Quiet(until),
        Err(failure) => return Heard::Known(Observation::Unreachable(failure)),
    };
    match fetched {
        Fetched::NotModified => Heard::Known(Observation::Unchanged { validators: None, http_status: 304 }),
        Fetched::Index { bytes, validators } => {
            let digest = Digest::of(&bytes);
            let same = known.checked.as_ref().is_some_and(|c| c.digest == digest && c.url == registration.url);
            match same {
                true => Heard::Known(Observation::Unchanged { validators: Some(validators), http_status: 200 }),
                false => Heard::New(Content { digest, bytes, validators }),
            }
        }
    }
}

enum Answer {
    Fetched(Fetched),
    Quiet(Seconds),
}

async fn fetch<P: Ports>(
    ports: &P,
    url: &str,
    conditions: Validators,
    quiet: &Mutex<Quiet>,
) -> Result<Answer, FetchFailure> {
    let url = source_url::parse(url)?;
    let exchange = pin!(converse(ports, Exchange::new(url, conditions), quiet));
    // The platform's own limits are ten minutes a phase and none in all.
    match select(exchange, pin!(ports.sleep(FETCH_TIMEOUT))).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(TransportFailure::TotalTimeout.into()),
    }
}

async fn converse<P: Ports>(ports: &P, mut exchange: Exchange, quiet: &Mutex<Quiet>) -> Result<Answer, FetchFailure> {
    let mut request = exchange.request();
    let mut host = source_url::host(&request.url);
    loop {
        let response = ports.fetch().send(request).await?;
        match exchange.receive(response, ports.now())? {
            Step::Send(next) => request = next,
            Step::Done(fetched) => return Ok(Answer::Fetched(fetched)),
        }
        let next = source_url::host(&request.url);
        if next != host {
            let quiet = quiet.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(until) = quiet.until(&next, ports.now()) {
                return Ok(Answer::Quiet(until));
            }
            host = next;
        }
    }
}

/// Judges content; a large part of what a refresh computes.
pub(super) fn judge(registration: &Registration, content: Content) -> Checked {
    let Content { digest, bytes, validators } = content;
    let verdict = index::check(&bytes);
    let Some(index) = verdict.index else {
        return Observation::Invalid { digest, diagnostics: verdict.diagnostics, validators }.into();
    };
    let capability_count = index.capabilities.len();
    let rendered = Fragment::render(&registration.repo, &registration.domain, &index).map_err(|e| (e.code, e.message));
    drop(index);
    let cut = |fragment| Rendered::new(fragment).map_err(|e| (&sources::JUDGING_ENDED, e.to_string()));
    match rendered.and_then(cut) {
        Ok(fragment) => Checked {
            observation: Observation::Valid { digest: digest.clone(), capability_count, validators },
            snapshot: Some(NewSnapshot {
                digest,
                bytes,
                capability_count,
                domain: registration.domain.clone(),
                fragment,
            }),
            warnings: verdict.diagnostics,
        },
        Err((code, message)) => {
            let diagnostics = vec![Diagnostic::error(code, "", message)];
            Observation::Invalid { digest, diagnostics, validators }.into()
        }
    }
}
