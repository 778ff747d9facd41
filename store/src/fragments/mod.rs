//! Fragments: the contributions of snapshots, rendered once and stored in pieces, plain and compressed.
//!
//! A fragment's layout contains the length and the CRC-32 of each piece, and has a digest of its own. So a damaged
//! piece is never served: the fragment is rendered again from its snapshot, which has a digest too.

mod keys;
mod read;
mod render;
mod tables;
mod write;

use super::row::Reader;
use crate::database::Value;
use federation::compose::pieces::{Extent, PieceInfo};
use federation::compose::{Format, SourceLine};
use federation::digest::Digest;
pub use keys::Form;
#[cfg(not(target_family = "wasm"))]
pub(crate) use keys::forms;
#[cfg(not(target_family = "wasm"))]
pub(crate) use read::by_number;
pub use read::{PIECES_AT_ONCE, Size, beginning, ids, json, pieces, size, sizes};
pub use render::Rendered;
#[cfg(not(target_family = "wasm"))]
pub(crate) use render::render;
use serde::{Deserialize, Serialize};
pub(super) use tables::{DIGESTS, PIECES, cut_up, set_up};
pub use write::{Restored, ensure, forget_pieces, insert, restore};

/// The metadata of a stored fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The number that its pieces refer to; negative if they could not be stored.
    pub number: i64,
    /// Its pieces in each format.
    pub layout: Layout,
}

/// The pieces of a fragment, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    json: Vec<PieceInfo>,
    yaml: Vec<PieceInfo>,
}

impl Layout {
    /// The pieces in this format.
    pub fn pieces(&self, format: Format) -> &[PieceInfo] {
        match format {
            Format::Json => &self.json,
            Format::Yaml => &self.yaml,
        }
    }

    /// The extent of the whole fragment before compression.
    pub fn plain(&self, format: Format) -> Extent {
        self.pieces(format).iter().fold(Extent::default(), |sum, piece| sum.then(piece.plain))
    }
}

/// Columns that [`stored`] reads.
pub(super) const STORED: &str = "f.number, f.layout, f.layout_digest";

/// Reads a fragment from the next columns, which are [`STORED`]; `None` if it is lost or damaged.
pub(super) fn stored(row: &mut Reader<'_>) -> Option<Stored> {
    let (number, layout) = (row.integer().ok()?, part(row)?);
    Some(Stored { number, layout: serde_json::from_str(layout).ok()? })
}

/// Reads a text and its digest from the next two columns; `None` if the text is lost or damaged.
fn part<'a>(row: &mut Reader<'a>) -> Option<&'a str> {
    let (text, digest) = (row.text().ok()?, row.text().ok()?);
    (Digest::of(text.as_bytes()).as_str() == digest).then_some(text)
}

fn key(line: &SourceLine) -> Vec<Value> {
    vec![line.index_digest.as_str().into(), line.repo.as_str().into(), line.domain.as_str().into()]
}
