//! One source: fetched and judged, nothing written.

use crate::ports::{Fetch, Ports};
use federation::compose::Fragment;
use federation::diagnostic::Diagnostic;
use federation::digest::Digest;
use federation::fetch::{Exchange, FetchFailure, Fetched, Step, TransportFailure, Validators};
use federation::index;
use federation::limits::FETCH_TIMEOUT;
use federation::registration::Registration;
use federation::source::{Observation, SourceRecord};
use federation::source_url;
use futures::future::{Either, select};
use std::pin::pin;

/// What a check found, and the snapshot to keep if it is a new valid one.
pub struct Checked {
    /// For the state machine.
    pub observation: Observation,
    /// Present with [`Observation::Valid`].
    pub snapshot: Option<NewSnapshot>,
}

impl Checked {
    /// Whether the origin answered that it is asked too much.
    pub fn asks_for_peace(&self) -> bool {
        matches!(&self.observation, Observation::Unreachable(failure) if failure.http_status == Some(429))
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
    /// As the source contributes it.
    pub fragment: Fragment,
}

/// Fetches the index of a registration and judges it against what is known.
pub async fn check<P: Ports>(ports: &P, registration: &Registration, known: &SourceRecord) -> Checked {
    let fetched = fetch(ports, &registration.url, known.validators(&registration.url)).await;
    match fetched {
        Err(failure) => Checked { observation: Observation::Unreachable(failure), snapshot: None },
        Ok(Fetched::NotModified) => {
            Checked { observation: Observation::Unchanged { validators: None, http_status: 304 }, snapshot: None }
        }
        Ok(Fetched::Index { bytes, validators }) => {
            let digest = Digest::of(&bytes);
            let same = known.checked.as_ref().is_some_and(|c| c.digest == digest && c.url == registration.url);
            if same {
                let observation = Observation::Unchanged { validators: Some(validators), http_status: 200 };
                return Checked { observation, snapshot: None };
            }
            judge(registration, digest, bytes, validators)
        }
    }
}

async fn fetch<P: Ports>(ports: &P, url: &str, validators: Validators) -> Result<Fetched, FetchFailure> {
    let url = source_url::parse(url)?;
    let exchange = pin!(converse(ports, Exchange::new(url, validators)));
    // The platform's own limits are ten minutes a phase and none in all.
    match select(exchange, pin!(ports.sleep(FETCH_TIMEOUT))).await {
        Either::Left((fetched, _)) => fetched,
        Either::Right(_) => Err(TransportFailure::TotalTimeout.into()),
    }
}

async fn converse<P: Ports>(ports: &P, mut exchange: Exchange) -> Result<Fetched, FetchFailure> {
    let mut request = exchange.request();
    loop {
        let response = ports.fetch().send(request).await?;
        match exchange.receive(response, ports.now())? {
            Step::Send(next) => request = next,
            Step::Done(fetched) => return Ok(fetched),
        }
    }
}

fn judge(registration: &Registration, digest: Digest, bytes: Vec<u8>, validators: Validators) -> Checked {
    let verdict = index::check(&bytes);
    let Some(index) = verdict.index else {
        return Checked {
            observation: Observation::Invalid { digest, diagnostics: verdict.diagnostics, validators },
            snapshot: None,
        };
    };
    let capability_count = index.capabilities.len();
    match Fragment::render(&registration.repo, &registration.domain, &index) {
        Ok(fragment) => Checked {
            observation: Observation::Valid { digest: digest.clone(), capability_count, validators },
            snapshot: Some(NewSnapshot {
                digest,
                bytes,
                capability_count,
                domain: registration.domain.clone(),
                fragment,
            }),
        },
        Err(e) => {
            let diagnostics = vec![Diagnostic::error(e.code, "", e.message)];
            Checked { observation: Observation::Invalid { digest, diagnostics, validators }, snapshot: None }
        }
    }
}
