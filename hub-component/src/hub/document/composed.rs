//! The content of a revision: its source lines, the locations of their fragments, and the conflicts among them.

use super::conflicts;
use super::readable::kept;
use super::selection::Selection;
use crate::log;
use crate::problem::Problem;
use bytes::Bytes;
use federation::compose::pieces::{Extent, GZIP_HEADER, deflate};
use federation::compose::{Conflict, Conflicts, Document, Filter, Format, SourceLine, digest};
use serde_json::json;
use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use store::StoreError;
use store::database::{Database, Transaction, read_with};
use store::fragments::{self, Form, Stored};
use store::revisions::{self, Revision};

/// A revision without its capabilities.
pub struct Composed {
    /// The revision; none before the first.
    pub revision: Option<Revision>,
    /// Ordered by repo.
    pub sources: Vec<Source>,
    /// Limited to those that a document lists.
    pub conflicts: Conflicts,
    /// The parts of the whole document around its fragments, built at the first request.
    whole: [OnceLock<Arc<DocumentFrame>>; 2],
    /// Set when a fragment turns out not to match its recorded layout; this must then be read again.
    outdated: AtomicBool,
    /// The bytes of a small document in each form.
    pub(super) small: [[OnceLock<Bytes>; 2]; 2],
}

/// A source of a revision.
pub struct Source {
    /// Its line in the document.
    pub line: SourceLine,
    /// The stored fragment.
    pub stored: Stored,
    /// The uncompressed fragment, in YAML and in JSON.
    plain: [Extent; 2],
    deflated: [u64; 2],
}

/// The parts of a document around its fragments, and its totals.
pub(super) struct DocumentFrame {
    pub before: Bytes,
    /// Compressed, with the gzip header.
    pub before_deflated: Bytes,
    pub between: &'static [u8],
    pub after: &'static [u8],
    /// The whole document, uncompressed.
    pub plain: Extent,
    /// Total bytes of all compressed parts, without the gzip trailer.
    pub deflated: u64,
}

impl Source {
    fn new(line: SourceLine, stored: Stored) -> Self {
        let plain = Format::ALL.map(|format| stored.layout.plain(format));
        let deflated =
            Format::ALL.map(|format| stored.layout.pieces(format).iter().map(|piece| piece.deflated.length).sum());
        Self { line, stored, plain, deflated }
    }
}

/// Index of a format in arrays of both formats.
pub(super) fn place(format: Format) -> usize {
    Format::ALL.iter().position(|it| *it == format).unwrap_or_default()
}

/// What one transaction saw of a revision.
struct Seen {
    revision: Option<Revision>,
    found: Vec<(SourceLine, Option<Stored>)>,
    /// `None` if a fragment is lost or damaged.
    conflicts: Option<Conflicts>,
}

impl Seen {
    async fn read(tx: &mut impl Transaction, revision: Option<Revision>, number: Option<u64>) -> Result<Self, Problem> {
        let found = revisions::stored(tx, number).await?;
        revisions::verify(revision.as_ref(), found.iter().map(|(line, _)| line))?;
        let whole = found.iter().all(|(_, stored)| stored.is_some());
        let conflicts = if whole { Some(conflicts::find(tx, &found).await?) } else { None };
        Ok(Self { revision, found, conflicts })
    }
}

impl Composed {
    /// Reads the newest revision.
    ///
    /// # Errors
    /// If something is damaged and cannot be rendered again, or the store fails.
    pub async fn newest(database: &impl Database) -> Result<Self, Problem> {
        // One transaction, so that a revision published meanwhile does not mix with this one.
        let seen = read_with(database, async |tx| {
            let revision = revisions::newest(tx).await?;
            Seen::read(tx, revision, None).await
        });
        Self::of(database, seen.await?).await
    }

    /// Reads a stored revision.
    ///
    /// # Errors
    /// As [`Self::newest`], and as [`kept`](super::readable::kept).
    pub async fn at(database: &impl Database, number: u64) -> Result<Self, Problem> {
        let seen = read_with(database, async |tx| {
            let revision = kept(tx, number).await?;
            Seen::read(tx, Some(revision), Some(number)).await
        });
        Self::of(database, seen.await?).await
    }

    async fn of(database: &impl Database, seen: Seen) -> Result<Self, Problem> {
        let Seen { revision, found, mut conflicts } = seen;
        let mut sources = Vec::with_capacity(found.len());
        let mut mended = Vec::with_capacity(found.len());
        for (line, stored) in found {
            let stored = match stored {
                Some(stored) => stored,
                None => restore(database, &line).await?.stored,
            };
            if conflicts.is_none() {
                mended.push((line.clone(), Some(stored.clone())));
            }
            sources.push(Source::new(line, stored));
        }
        if conflicts.is_none() {
            conflicts = Some(read_with(database, async |tx| conflicts::find(tx, &mended).await).await?);
        }
        Ok(Self {
            revision,
            sources,
            conflicts: conflicts.unwrap_or_default(),
            whole: Default::default(),
            outdated: AtomicBool::new(false),
            small: Default::default(),
        })
    }

    /// Whether the revision must be read again.
    pub fn is_outdated(&self) -> bool {
        self.outdated.load(Ordering::Relaxed)
    }

    /// Returns a piece of a fragment, rendered again if the stored one is damaged.
    pub(super) async fn mended_piece(
        &self,
        database: &impl Database,
        source: &Source,
        form: Form,
        place: usize,
    ) -> Result<Vec<u8>, StoreError> {
        let restored = restore(database, &source.line).await?;
        match restored.rendered.into_piece(form, place).filter(|body| source.stored.layout.is_piece(form, place, body))
        {
            Some(body) => Ok(body),
            None => {
                self.outdated.store(true, Ordering::Relaxed);
                Err(StoreError::Unreadable(format!("the fragment of {} now renders differently", source.line.repo)))
            }
        }
    }

    /// Number of the revision; 0 before the first.
    pub fn number(&self) -> u64 {
        self.revision.as_ref().map_or(0, |revision| revision.number)
    }

    /// The conflicts among the sources that a filter selects.
    async fn conflicts_among(&self, database: &impl Database, filter: &Filter) -> Result<Conflicts, StoreError> {
        if filter.is_whole() {
            return Ok(self.conflicts.clone());
        }
        let taken = self.sources.iter().filter(|it| filter.takes(&it.line));
        if self.conflicts.omitted > 0 {
            // Conflicts that are not listed may be among these sources.
            let taken: Vec<_> = taken.map(|it| (it.line.clone(), Some(it.stored.clone()))).collect();
            return read_with(database, async |tx| conflicts::find(tx, &taken).await).await;
        }
        let taken: HashSet<&str> = taken.map(|it| it.line.repo.as_str()).collect();
        let among = self.conflicts.listed.iter().filter_map(|conflict| {
            let repos: Vec<&String> = conflict.repos.iter().filter(|repo| taken.contains(repo.as_str())).collect();
            let repos = (repos.len() > 1).then(|| repos.into_iter().cloned().collect())?;
            Some(Conflict { id: conflict.id.clone(), repos })
        });
        Ok(Conflicts { listed: among.collect(), omitted: 0 })
    }

    /// The head of the document, restricted by a filter, with the conflicts among the selected sources.
    pub fn document(&self, filter: &Filter, conflicts: Conflicts) -> Document {
        let taken = self.sources.iter().map(|it| &it.line).filter(|line| filter.takes(line));
        let sources: Vec<SourceLine> = taken.cloned().collect();
        Document {
            revision: self.number(),
            composed_at: self.revision.as_ref().map(|revision| revision.composed_at),
            digest: match &self.revision {
                Some(revision) if filter.is_whole() => revision.digest.clone(),
                _ => digest(&sources),
            },
            filter: filter.clone(),
            sources,
            conflicts,
            provenance: BTreeMap::new(),
        }
    }

    /// The parts around the fragments; built once for the whole document.
    pub(super) async fn around(
        &self,
        database: &impl Database,
        selection: &Selection,
        format: Format,
    ) -> Result<Arc<DocumentFrame>, Problem> {
        let kept = self.whole.get(place(format)).filter(|_| selection.is_plain());
        if let Some(around) = kept.and_then(OnceLock::get) {
            return Ok(around.clone());
        }
        let filter = &selection.filter;
        let mut document = self.document(filter, self.conflicts_among(database, filter).await?);
        document.provenance = selection.provenance.clone().unwrap_or_default();
        let around = Arc::new(self.surround(&document, format)?);
        Ok(kept.map_or(around.clone(), |kept| kept.get_or_init(|| around).clone()))
    }

    fn surround(&self, document: &Document, format: Format) -> Result<DocumentFrame, Problem> {
        let frame = document.frame(format).map_err(|e| broken("The document cannot be written.", e.message))?;
        let before = Bytes::from(frame.before);
        let deflated = deflate(&before).map_err(|e| broken("The document cannot be compressed.", e.to_string()))?;
        let before_deflated = [&GZIP_HEADER[..], &deflated].concat();
        let (between, after) = (frame.between.as_bytes(), frame.after.as_bytes());
        let mut plain = Extent::of(&before);
        let mut deflated = before_deflated.len() as u64;
        let fragments = self.sources.iter().filter(|source| document.filter.takes(&source.line));
        let mut separator = None;
        for source in fragments {
            let extent = source.plain.get(place(format)).copied().unwrap_or_default();
            if extent.length == 0 {
                continue;
            }
            if let Some(separator) = separator.replace(Extent::of(between)) {
                plain = plain.then(separator);
                deflated += stored_length(between);
            }
            plain = plain.then(extent);
            deflated += source.deflated.get(place(format)).copied().unwrap_or_default();
        }
        plain = plain.then(Extent::of(after));
        deflated += stored_length(after);
        Ok(DocumentFrame { before, before_deflated: before_deflated.into(), between, after, plain, deflated })
    }
}

/// Size of a stored (uncompressed) block; empty content needs no block.
fn stored_length(bytes: &[u8]) -> u64 {
    if bytes.is_empty() { 0 } else { bytes.len() as u64 + 5 }
}

/// Renders a fragment again from its snapshot, and logs that.
async fn restore(database: &impl Database, line: &SourceLine) -> Result<fragments::Restored, StoreError> {
    let restored = fragments::restore(database, line).await?;
    let failure = restored.failure.as_ref().map(ToString::to_string);
    log::line(
        "fragment-mended",
        &json!({"repo": line.repo, "index_digest": line.index_digest, "not_replaced": failure}),
    );
    Ok(restored)
}

fn broken(detail: &str, words: String) -> Problem {
    Problem::new(&crate::problem::kinds::INTERNAL, detail).internal(words)
}
