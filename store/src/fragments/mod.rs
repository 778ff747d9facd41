//! Fragments: what snapshots contribute, rendered once and stored in pieces, plain and compressed.
//!
//! A fragment's layout says how long each piece is and what its CRC-32 is, and has a digest itself. So a damaged piece is never served: the
//! fragment is rendered anew from its snapshot, whose own digest names it.

mod read;
mod tables;
mod write;

pub use read::{Form, PIECES_AT_ONCE, Size, beginning, ids, json, pieces, size, sizes};
#[cfg(not(target_family = "wasm"))]
pub(crate) use read::{by_number, forms};
pub(super) use tables::{DIGESTS, PIECES, cut_up, set_up};
#[cfg(not(target_family = "wasm"))]
pub(crate) use write::render;
pub use write::{Rendered, Restored, ensure, forget_pieces, insert, restore};

use super::row::Columns as _;
use crate::database::{Row, Value};
use federation::compose::pieces::{Extent, PieceInfo};
use federation::compose::{Format, SourceLine};
use federation::digest::Digest;
use serde::{Deserialize, Serialize};

/// What is known of a stored fragment beside its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Names its pieces; negative if they could not be stored.
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
    /// In this format.
    pub fn pieces(&self, format: Format) -> &[PieceInfo] {
        match format {
            Format::Json => &self.json,
            Format::Yaml => &self.yaml,
        }
    }

    /// The whole fragment before compression.
    pub fn plain(&self, format: Format) -> Extent {
        self.pieces(format).iter().fold(Extent::default(), |sum, piece| sum.then(piece.plain))
    }
}

/// Columns that [`stored`] reads.
pub(super) const STORED: &str = "f.number, f.layout, f.layout_digest";

/// A fragment in a row that has [`STORED`] from `index` on; `None` if it is lost or damaged.
pub(super) fn stored(row: &Row, index: usize) -> Option<Stored> {
    let (number, layout) = (row.integer(index).ok()?, part(row, index + 1)?);
    Some(Stored { number, layout: serde_json::from_str(layout).ok()? })
}

/// A text in a row that has its digest in the next column; `None` if it is lost or damaged.
fn part(row: &Row, index: usize) -> Option<&str> {
    let (text, digest) = (row.text(index).ok()?, row.text(index + 1).ok()?);
    (Digest::of(text.as_bytes()).as_str() == digest).then_some(text)
}

fn key(line: &SourceLine) -> Vec<Value> {
    vec![line.index_digest.as_str().into(), line.repo.as_str().into(), line.domain.as_str().into()]
}
