//! What a lock remembers about the transparency log of its hub.

use federation::transparency::{InclusionProof, Opened, Refused, VerifierKey, leaf_hash, verify_inclusion};
use serde::{Deserialize, Serialize};

/// The part of a lock about the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogMemory {
    /// The public key of the log.
    pub(crate) key: String,
    /// The newest checkpoint that was seen, with all its signatures.
    pub(crate) checkpoint: String,
    /// Proofs that the revision of the lock is in the log, one for each checkpoint that the log or a witness signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) proofs: Vec<String>,
}

/// What proofs show about a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Proven {
    /// The log.
    pub(crate) origin: String,
    /// The size of the largest tree in which the revision is.
    pub(crate) size: u64,
    /// The names of the witnesses that saw one of these trees, ordered.
    pub(crate) witnesses: Vec<String>,
}

impl Proven {
    /// What was proven, as the end of a sentence.
    pub(crate) fn sentence(&self) -> String {
        let seen = match self.witnesses.as_slice() {
            [] => "no witness".to_owned(),
            names => names.join(", "),
        };
        format!("in the signed log {} of {} revisions, seen by {seen}", self.origin, self.size)
    }
}

/// Checks that each of these proofs shows this leaf in the log of `key`; `None` without a proof.
///
/// # Errors
/// If one does not.
pub(crate) fn check(
    proofs: &[String],
    key: &VerifierKey,
    witnesses: &[VerifierKey],
    leaf: &str,
) -> Result<Option<Proven>, Refused> {
    let mut proven: Option<Proven> = None;
    for text in proofs {
        let (proof, note) = InclusionProof::parse(text)?;
        let opened = Opened::open(note, key)?;
        verify_inclusion(&leaf_hash(leaf.as_bytes()), &proof, &opened.checkpoint)?;
        let names = opened.witnesses(witnesses)?.into_iter().map(|key| key.name().to_owned());
        let (origin, size) = (opened.checkpoint.origin.clone(), opened.checkpoint.size);
        match &mut proven {
            Some(proven) if proven.origin != origin => {
                return Err(Refused::NotProven("its proofs are of different histories of the log"));
            }
            Some(proven) => {
                proven.size = proven.size.max(size);
                proven.witnesses.extend(names);
            }
            None => proven = Some(Proven { origin, size, witnesses: names.collect() }),
        }
    }
    if let Some(proven) = &mut proven {
        proven.witnesses.sort();
        proven.witnesses.dedup();
    }
    Ok(proven)
}
