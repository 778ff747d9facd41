//! What a snapshot contributes, split and compressed.

use super::Layout;
use super::keys::Form;
use crate::database::Transaction;
use crate::{StoreError, snapshots};
use federation::compose::pieces::{Piece, pieces};
use federation::compose::{Format, Fragment, SourceLine};

/// A fragment, split into pieces and compressed.
#[derive(Debug)]
pub struct Rendered {
    pub(super) json: Vec<Piece>,
    pub(super) yaml: Vec<Piece>,
    pub(super) ids: Vec<String>,
}

impl Rendered {
    /// Splits and compresses a fragment.
    ///
    /// # Errors
    /// If the compression fails, for lack of memory.
    pub fn new(fragment: Fragment) -> Result<Self, StoreError> {
        let cut = |text: &str| {
            pieces(text).collect::<Result<Vec<_>, _>>().map_err(|e| StoreError::Unreadable(format!("a fragment: {e}")))
        };
        let Fragment { json, yaml, ids } = fragment;
        let json = cut(&json)?;
        Ok(Self { json, yaml: cut(&yaml)?, ids })
    }

    /// The metadata of the fragment.
    pub fn layout(&self) -> Layout {
        let of = |pieces: &[Piece]| pieces.iter().map(Piece::info).collect();
        Layout { json: of(&self.json), yaml: of(&self.yaml) }
    }

    /// Size in memory, in bytes.
    pub fn bytes(&self) -> usize {
        self.json.iter().chain(&self.yaml).map(|piece| piece.plain.len() + piece.deflated.len()).sum()
    }

    /// The bytes of a piece.
    pub fn into_piece(self, form: Form, place: usize) -> Option<Vec<u8>> {
        let pieces = match form.format {
            Format::Json => self.json,
            Format::Yaml => self.yaml,
        };
        let piece = pieces.into_iter().nth(place)?;
        Some(if form.deflated { piece.deflated } else { piece.plain })
    }

    /// The capabilities as JSON, and their ids.
    pub fn into_json(self) -> (String, Vec<String>) {
        let bytes: Vec<u8> = self.json.into_iter().flat_map(|piece| piece.plain).collect();
        (String::from_utf8_lossy(&bytes).into_owned(), self.ids)
    }
}

/// Renders the fragment of a source line from its snapshot.
///
/// # Errors
/// If the snapshot is lost or damaged too.
pub(crate) async fn render(tx: &mut impl Transaction, line: &SourceLine) -> Result<Rendered, StoreError> {
    let lost = |why: &str| StoreError::Unreadable(format!("snapshot {} of {}: {why}", line.index_digest, line.repo));
    let bytes = snapshots::bytes(tx, &line.index_digest).await?.ok_or_else(|| lost("missing"))?;
    let index = federation::index::check(&bytes).index.ok_or_else(|| lost("no longer a valid index"))?;
    if index.capabilities.len() != line.capability_count {
        return Err(lost("its number of capabilities differs from its line"));
    }
    Rendered::new(Fragment::render(&line.repo, &line.domain, &index).map_err(|e| lost(&e.message))?)
}
