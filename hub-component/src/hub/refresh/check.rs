//! Checks one source: fetches and validates its index and writes nothing.

use crate::hub::outside::Outside;
use crate::ports::Ports;
use federation::check::{CheckOutcome, Content, Judged};
use federation::compose::Fragment;
use federation::diagnostic::Diagnostic;
use federation::digest::Digest;
use federation::fetch::{FetchFailure, Fetched, HostPauses, TransportFailure, Validators};
use federation::index::Use;
use federation::problem::sources;
use federation::registration::Registration;
use federation::source::{Observation, SourceRecord};
use std::sync::{Mutex, PoisonError};
use store::fragments::Rendered;

/// The result of a check, and the snapshot to store if it is new and valid.
pub struct Checked {
    /// Input for the state machine.
    pub observation: Observation,
    /// Present with [`Observation::Valid`].
    pub snapshot: Option<NewSnapshot>,
    /// Warnings about a valid index.
    pub warnings: Vec<Diagnostic>,
}

impl Checked {
    /// Bytes that are held in memory until the result is written.
    pub fn size(&self) -> usize {
        self.snapshot.as_ref().map_or(0, |new| new.bytes.len() + new.fragment.bytes())
    }
}

impl From<Observation> for Checked {
    fn from(observation: Observation) -> Self {
        Self { observation, snapshot: None, warnings: Vec::new() }
    }
}

/// A valid index that is not stored yet.
pub struct NewSnapshot {
    /// Digest of the bytes.
    pub digest: Digest,
    /// The exact bytes.
    pub bytes: Vec<u8>,
    /// How many capabilities the index has.
    pub capability_count: usize,
    /// The capabilities that it says its repository uses.
    pub uses: Vec<Use>,
    /// The domain that the fragment was rendered for.
    pub domain: String,
    /// The rendered contribution. It is rendered before anything is written, so that the write lock is not held meanwhile.
    pub fragment: Rendered,
}

/// Fetches the index of a registration and validates it, given the known record of the source.
pub async fn check<P: Ports>(ports: &P, registration: &Registration, known: &SourceRecord) -> Checked {
    match federation::check::check(&Outside(ports), registration, known).await {
        Ok(content) => judge(registration, content),
        Err(observation) => observation.into(),
    }
}

/// Fetches a small document that is not an index, by the rules for indexes.
pub async fn fetch<P: Ports>(ports: &P, url: &str) -> Result<Vec<u8>, FetchFailure> {
    match federation::check::fetch(&Outside(ports), url, Validators::default()).await? {
        Fetched::Index { bytes, .. } => Ok(bytes),
        // Never right without a condition.
        Fetched::NotModified => Err(TransportFailure::Protocol.into()),
    }
}

/// Fetches the index of a registration with these validators. A redirect to a host that asked the hub to back off is not followed.
pub(super) async fn check_unless_paused<P: Ports>(
    ports: &P,
    registration: &Registration,
    known: &SourceRecord,
    conditions: Validators,
    quiet: &Mutex<HostPauses>,
) -> CheckOutcome {
    let until = |host: &str, now| quiet.lock().unwrap_or_else(PoisonError::into_inner).until(host, now);
    federation::check::check_unless_paused(&Outside(ports), registration, known, conditions, until).await
}

/// Validates content and renders its contribution.
pub fn judge(registration: &Registration, content: Content) -> Checked {
    let Judged { observation, valid, is_at_head, warnings } = content.judge(registration);
    let (Some((bytes, index)), Observation::Valid { digest, capability_count, validators }) = (valid, &observation)
    else {
        return observation.into();
    };
    let rendered = Fragment::render(&registration.repo, &registration.domain, &index).map_err(|e| (e.code, e.message));
    let uses = index.uses;
    let cut = |fragment| Rendered::new(fragment).map_err(|e| (&sources::JUDGING_ENDED, e.to_string()));
    match rendered.and_then(cut) {
        Ok(fragment) => {
            let (digest, capability_count, domain) = (digest.clone(), *capability_count, registration.domain.clone());
            let snapshot = NewSnapshot { digest, bytes, capability_count, uses, domain, fragment };
            let observation = observation.at_head_if(is_at_head);
            Checked { observation, snapshot: Some(snapshot), warnings }
        }
        Err((code, message)) => {
            let diagnostics = vec![Diagnostic::error(code, "", message)];
            Observation::Invalid { digest: digest.clone(), diagnostics, validators: validators.clone() }.into()
        }
    }
}
