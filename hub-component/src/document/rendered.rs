//! A document as bytes, with and without compression.

use super::cache::Key;
use super::head_of;
use crate::edge::entity_tag;
use crate::problem::{Problem, kinds};
use crate::store::revisions::{Contribution, Revision};
use bytes::Bytes;
use federation::negotiation::Coding;
use flate2::{Compression, write::GzEncoder};
use std::io::Write as _;
use std::sync::OnceLock;

/// A document ready to be sent.
#[derive(Debug)]
pub struct Rendered {
    /// The revision it is of; none before the first.
    pub revision: Option<Revision>,
    plain: Encoded,
    /// Made when it is first asked for: compressing costs far more than rendering.
    gzip: OnceLock<Encoded>,
}

/// Bytes as they go over the wire.
#[derive(Debug)]
pub struct Encoded {
    /// The bytes.
    pub bytes: Bytes,
    /// Strong entity tag of exactly these bytes, quotes included.
    pub etag: String,
}

impl Encoded {
    fn new(bytes: Vec<u8>) -> Self {
        Self { etag: entity_tag(&bytes), bytes: Bytes::from(bytes) }
    }
}

impl Rendered {
    pub(super) fn new(key: &Key, contributions: &[Contribution]) -> Result<Self, Problem> {
        let document = head_of(key.revision.clone(), key.filter.clone(), contributions);
        let text = document
            .render(key.format, contributions.iter().map(|c| c.fragment.as_str()))
            .map_err(|e| broken("The document cannot be written.", e.message))?;
        Ok(Self { revision: key.revision.clone(), plain: Encoded::new(text.into_bytes()), gzip: OnceLock::new() })
    }

    /// How many bytes it has, uncompressed.
    pub(super) fn size(&self) -> usize {
        self.plain.bytes.len()
    }

    /// The bytes in this coding.
    ///
    /// # Errors
    /// When they cannot be compressed, which takes a lack of memory.
    pub fn encoded(&self, coding: Coding) -> Result<&Encoded, Problem> {
        match (coding, self.gzip.get()) {
            (Coding::Identity, _) => Ok(&self.plain),
            (Coding::Gzip, Some(encoded)) => Ok(encoded),
            (Coding::Gzip, None) => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                let compressed = encoder.write_all(&self.plain.bytes).and_then(|()| encoder.finish());
                let encoded =
                    Encoded::new(compressed.map_err(|e| broken("The document cannot be compressed.", e.to_string()))?);
                Ok(self.gzip.get_or_init(|| encoded))
            }
        }
    }
}

fn broken(detail: &str, words: String) -> Problem {
    Problem::new(&kinds::INTERNAL, detail).internal(words)
}
