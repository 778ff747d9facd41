//! Numbers, Base64 and hashes, in the form of the specifications.

use super::Refused;
use super::tree::Hash;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Maximum number of hashes of a proof: one for each level of the largest tree.
const MAX_HASHES: usize = 63;

/// A number without a sign or leading zeros.
pub(super) fn decimal(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(super) fn parse_hash(text: &str) -> Option<Hash> {
    from_base64(text)?.try_into().ok()
}

/// One line for each hash.
pub(super) fn lines_of(hashes: &[Hash]) -> String {
    hashes.iter().map(|hash| to_base64(hash) + "\n").collect()
}

/// Reads lines of hashes up to an empty line.
pub(super) fn parse_lines<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<Hash>, Refused> {
    let read = lines.take(MAX_HASHES + 1).map(parse_hash).collect::<Option<Vec<_>>>();
    read.filter(|hashes| hashes.len() <= MAX_HASHES)
        .ok_or(Refused::Malformed("a proof has at most 63 hashes of 32 bytes, one a line, as Base64"))
}
