//! One source: fetched and judged, nothing written.

use federation::digest::Digest;
use federation::fetch::Fetched;
use federation::index;
use federation::registration::Registration;
use federation::source::{Observation, SourceRecord};

use crate::fetch::Fetcher;

/// What a check found.
pub(super) struct Checked {
    /// For the state machine.
    pub(super) observation: Observation,
    /// The exact bytes of a valid index that was not known before.
    pub(super) snapshot: Option<(Digest, Vec<u8>)>,
}

/// Fetches the index of a source and judges it against what is known.
pub(super) async fn check(fetcher: &Fetcher, source: &Registration, known: &SourceRecord) -> Checked {
    let without = |observation| Checked { observation, snapshot: None };
    let (bytes, validators) = match fetcher.fetch(&source.url, known.validators(&source.url)).await {
        Err(failure) => return without(Observation::Unreachable(failure)),
        Ok(Fetched::NotModified) => return without(Observation::Unchanged { validators: None, http_status: 304 }),
        Ok(Fetched::Index { bytes, validators }) => (bytes, validators),
    };
    let digest = Digest::of(&bytes);
    if known.checked.as_ref().is_some_and(|checked| checked.digest == digest && checked.url == source.url) {
        return without(Observation::Unchanged { validators: Some(validators), http_status: 200 });
    }
    let verdict = index::check(&bytes);
    match verdict.index {
        None => without(Observation::Invalid { digest, diagnostics: verdict.diagnostics, validators }),
        Some(index) => Checked {
            observation: Observation::Valid {
                digest: digest.clone(),
                capability_count: index.capabilities.len(),
                validators,
            },
            snapshot: Some((digest, bytes)),
        },
    }
}
