//! The list of sources that a revision is made of, and its digest.

use crate::digest::Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One entry of `sources` in the federated document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceLine {
    /// The registration.
    pub repo: String,
    /// Where the accepted snapshot was fetched from.
    pub url: String,
    /// The domain its capabilities are listed under.
    pub domain: String,
    /// Whether the source is required.
    pub required: bool,
    /// Names the accepted snapshot.
    pub index_digest: Digest,
    /// How many capabilities it has.
    pub capability_count: usize,
}

/// A [`SourceLine`] with its members in the order of RFC 8785.
///
/// The names are ASCII, the numbers small integers, and serde_json escapes strings as RFC 8785 §3.2.2.2 does, so writing the
/// members in sorted order is all there is to canonical JSON here.
#[derive(Serialize)]
struct Canonical<'a> {
    capability_count: usize,
    domain: &'a str,
    index_digest: &'a Digest,
    repo: &'a str,
    required: bool,
    url: &'a str,
}

/// The digest of a revision: SHA-256 of the RFC 8785 canonical JSON of `sources`, which must be ordered by repo.
pub fn digest(sources: &[SourceLine]) -> Digest {
    let canonical: Vec<_> = sources
        .iter()
        .map(|s| Canonical {
            capability_count: s.capability_count,
            domain: &s.domain,
            index_digest: &s.index_digest,
            repo: &s.repo,
            required: s.required,
            url: &s.url,
        })
        .collect();
    // Strings, integers and booleans always serialise.
    Digest::of(&serde_json::to_vec(&canonical).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_sha256_of_canonical_json() {
        // printf '[]' | sha256sum
        assert_eq!(digest(&[]).hex(), "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945");
        let line = SourceLine {
            repo: "a".into(),
            url: "https://e.org/é\u{1}\"".into(),
            domain: "d".into(),
            required: false,
            index_digest: Digest::of(b""),
            capability_count: 2,
        };
        let canonical = format!(
            "[{{\"capability_count\":2,\"domain\":\"d\",\"index_digest\":\"{}\",\"repo\":\"a\",\"required\":false,\"url\":\"https://e.org/é\\u0001\\\"\"}}]",
            Digest::of(b"")
        );
        assert_eq!(digest(&[line]), Digest::of(canonical.as_bytes()));
    }
}
