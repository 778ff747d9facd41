//! The list of sources of a revision, and its digest.

use crate::digest::{Digest, Digester};
use crate::registration::Registration;
use crate::source::{Accepted, SourceRecord};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// One entry of `sources` in the federated document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceLine {
    /// The name of the registration.
    pub repo: String,
    /// The URL from which the accepted snapshot was fetched.
    pub url: String,
    /// The domain of its capabilities.
    pub domain: String,
    /// Whether the source is required.
    pub required: bool,
    /// Digest of the accepted snapshot.
    pub index_digest: Digest,
    /// Number of its capabilities.
    pub capability_count: usize,
    /// The hubs that it came through, as their base URLs, nearest first; left out if it is registered at this hub.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<String>,
}

impl SourceLine {
    /// The contribution of a source to a document; `None` while it is disabled or was never valid.
    pub fn of(registration: &Registration, record: &SourceRecord) -> Option<Self> {
        let accepted = record.accepted.clone().filter(|_| registration.enabled)?;
        Some(Self::new(registration, accepted))
    }

    /// The contribution of a registration with this snapshot.
    pub fn new(registration: &Registration, snapshot: Accepted) -> Self {
        let Accepted { digest: index_digest, url, capability_count, via } = snapshot;
        Self {
            repo: registration.repo.clone(),
            url,
            domain: registration.domain.clone(),
            required: registration.required,
            index_digest,
            capability_count,
            via,
        }
    }

    /// A registration that contributes this line; `None` if the line has an invalid field.
    pub fn registration(&self) -> Option<Registration> {
        let Self { repo, url, domain, required, .. } = self;
        Registration::from_value(&json!({"repo": repo, "url": url, "domain": domain, "required": required})).ok()
    }
}

impl From<SourceLine> for Accepted {
    fn from(SourceLine { index_digest: digest, url, capability_count, via, .. }: SourceLine) -> Self {
        Self { digest, url, capability_count, via }
    }
}

/// A [`SourceLine`] with its members in the order of RFC 8785.
///
/// The names are ASCII, the numbers are small integers, and serde_json escapes strings as RFC 8785 §3.2.2.2 does. So
/// sorting the members is enough for canonical JSON here.
#[derive(Serialize)]
struct Canonical<'a> {
    capability_count: usize,
    domain: &'a str,
    index_digest: &'a str,
    repo: &'a str,
    required: bool,
    url: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    via: &'a [String],
}

impl SourceLine {
    /// This line as it is digested.
    pub fn canonical(&self) -> CanonicalLine {
        let members = Canonical {
            capability_count: self.capability_count,
            domain: &self.domain,
            index_digest: self.index_digest.as_str(),
            repo: &self.repo,
            required: self.required,
            url: &self.url,
            via: &self.via,
        };
        // Serialising strings, integers and booleans cannot fail.
        CanonicalLine { json: serde_json::to_vec(&members).unwrap_or_default(), capabilities: self.capability_count }
    }
}

/// A [`SourceLine`] in RFC 8785 canonical JSON.
pub struct CanonicalLine {
    json: Vec<u8>,
    capabilities: usize,
}

/// A list of sources that is digested line by line, since all lines together are as large as the list. A clone continues with other lines.
#[derive(Clone, Debug, Default)]
pub struct SourcesDigester {
    digester: Digester,
    /// The number of lines so far.
    pub sources: usize,
    /// The number of their capabilities.
    pub capabilities: usize,
}

impl SourcesDigester {
    /// Adds the next line, in the order of repos.
    pub fn add(&mut self, line: &CanonicalLine) {
        self.digester.update(if self.sources == 0 { b"[" } else { b"," });
        self.digester.update(&line.json);
        self.sources += 1;
        self.capabilities += line.capabilities;
    }

    /// The digest of the list.
    pub fn finish(mut self) -> Digest {
        self.digester.update(if self.sources == 0 { &b"[]"[..] } else { b"]" });
        self.digester.finish()
    }
}

/// The digest of a revision: SHA-256 of the RFC 8785 canonical JSON of `sources`, which must be ordered by repo.
pub fn digest<'a>(sources: impl IntoIterator<Item = &'a SourceLine>) -> Digest {
    let mut digester = SourcesDigester::default();
    sources.into_iter().for_each(|line| digester.add(&line.canonical()));
    digester.finish()
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
            via: Vec::new(),
        };
        let canonical = format!(
            "[{{\"capability_count\":2,\"domain\":\"d\",\"index_digest\":\"{}\",\"repo\":\"a\",\"required\":false,\"url\":\"https://e.org/é\\u0001\\\"\"}}]",
            Digest::of(b"")
        );
        assert_eq!(digest([&line]), Digest::of(canonical.as_bytes()));
        let relayed = SourceLine { via: vec!["https://b.org".into(), "https://a.org".into()], ..line.clone() };
        let with_via = canonical.replace("}]", ",\"via\":[\"https://b.org\",\"https://a.org\"]}]");
        assert_eq!(digest([&relayed]), Digest::of(with_via.as_bytes()));
        let inner = canonical.trim_matches(['[', ']']);
        assert_eq!(digest(&[line.clone(), line]), Digest::of(format!("[{inner},{inner}]").as_bytes()));
    }
}
