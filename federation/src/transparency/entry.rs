//! The bytes of a leaf.

use crate::digest::Digest;

/// The leaf of a revision: one JSON object without spaces, from which a monitor reads what was published, and which anyone who has the document can reproduce.
///
/// `composed_at` is RFC 3339 in UTC, as the document has it.
pub fn entry(revision: u64, digest: &Digest, composed_at: &str) -> String {
    format!(r#"{{"revision":{revision},"digest":"{digest}","composed_at":"{composed_at}"}}"#)
}
