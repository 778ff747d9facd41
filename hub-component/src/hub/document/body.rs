//! Streaming a document: its head, then its fragments piece by piece.

use super::composed::{Composed, DocumentFrame, place};
use super::selection::Selection;
use crate::hub::Chunks;
use crate::hub::TruncatedBody;
use crate::ports::Ports;
use crate::problem::Problem;
use bytes::Bytes;
use federation::compose::pieces::{MAX_PIECE_BYTES, gzip_trailer, stored_block};
use federation::compose::{Filter, Format};
use federation::negotiation::Coding;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use std::sync::Arc;
use store::database::Database;
use store::fragments::{Form, PIECES_AT_ONCE, pieces};

/// The whole document of the newest revision is kept in memory if it is no larger than this, in bytes: reads then need no statement for it.
const MAX_KEPT_BYTES: u64 = 512 * 1024;

impl Composed {
    /// The document in this form: its length in bytes, and its body.
    ///
    /// # Errors
    /// If the document cannot be written.
    pub async fn body<P: Ports>(
        self: &Arc<Self>,
        ports: &P,
        selection: &Selection,
        format: Format,
        coding: Coding,
    ) -> Result<(u64, Chunks), Problem> {
        let around = self.around(ports.database(), selection, format).await?;
        let deflated = coding == Coding::Gzip;
        let length = match deflated {
            false => around.plain.length,
            true => around.deflated + gzip_trailer(around.plain).len() as u64,
        };
        let small = self.small.get(place(format)).and_then(|forms| forms.get(usize::from(deflated)));
        let small = small.filter(|_| selection.is_plain() && length <= MAX_KEPT_BYTES);
        let filter = selection.filter.clone();
        let walk = Walk { composed: self.clone(), around, filter, form: Form { format, deflated }, at: At::Before(0) };
        let chunks = walk.chunks(ports.clone());
        let Some(small) = small else { return Ok((length, chunks)) };
        let kept = match small.get() {
            Some(kept) => kept.clone(),
            None => {
                let read: Vec<Bytes> = chunks.try_collect().await.map_err(|e| {
                    Problem::new(&crate::problem::kinds::STORE_DAMAGED, "Part of the document is damaged.")
                        .internal(e.to_string())
                })?;
                small.get_or_init(|| read.concat().into()).clone()
            }
        };
        // The host copies the bytes that it sends.
        let slice = move |at| kept.slice(at..kept.len().min(at + MAX_PIECE_BYTES));
        Ok((length, stream::iter((0..length as usize).step_by(MAX_PIECE_BYTES)).map(slice).map(Ok).boxed()))
    }
}

/// Position in a document that is being sent.
struct Walk {
    composed: Arc<Composed>,
    around: Arc<DocumentFrame>,
    filter: Filter,
    form: Form,
    at: At,
}

#[derive(Clone, Copy)]
enum At {
    /// This many bytes of the part before the fragments were sent.
    Before(usize),
    /// The next piece of a source, and whether a fragment precedes it.
    Piece {
        source: usize,
        place: usize,
        follows: bool,
    },
    End,
}

/// A part of a chunk.
enum Part {
    Between,
    Piece { source: usize, place: usize },
}

impl Walk {
    fn chunks<P: Ports>(self, ports: P) -> Chunks {
        stream::try_unfold((self, ports), |(mut walk, ports)| async move {
            let chunk = walk.next(ports.database()).await?;
            Ok(chunk.map(|chunk| (chunk, (walk, ports))))
        })
        .boxed()
    }

    async fn next(&mut self, database: &impl Database) -> Result<Option<Bytes>, TruncatedBody> {
        let (source, place, follows) = match self.at {
            At::Before(sent) => {
                let before = if self.form.deflated { &self.around.before_deflated } else { &self.around.before };
                let until = before.len().min(sent + MAX_PIECE_BYTES);
                self.at = match until == before.len() {
                    true => At::Piece { source: 0, place: 0, follows: false },
                    false => At::Before(until),
                };
                return Ok(Some(before.slice(sent..until)));
            }
            At::Piece { source, place, follows } => (source, place, follows),
            At::End => return Ok(None),
        };
        let parts = self.gather(source, place, follows);
        if parts.is_empty() {
            self.at = At::End;
            return Ok(Some(self.end()));
        }
        self.fill(database, parts).await.map(Some)
    }

    /// Returns the parts of the next chunk and moves past them.
    fn gather(&mut self, mut source: usize, mut place: usize, mut follows: bool) -> Vec<Part> {
        let (mut parts, mut bytes, mut count) = (Vec::new(), 0, 0);
        while let Some(it) = self.composed.sources.get(source) {
            let pieces = it.stored.layout.pieces(self.form.format);
            let Some(piece) = pieces.get(place).filter(|_| self.filter.takes(&it.line)) else {
                (source, place) = (source + 1, 0);
                continue;
            };
            let length = if self.form.deflated { piece.deflated.length } else { piece.plain.length };
            if count > 0 && (bytes + length > MAX_PIECE_BYTES as u64 || count == PIECES_AT_ONCE) {
                break;
            }
            if place == 0 && follows {
                parts.push(Part::Between);
            }
            parts.push(Part::Piece { source, place });
            (bytes, count, follows, place) = (bytes + length, count + 1, true, place + 1);
        }
        self.at = At::Piece { source, place, follows };
        parts
    }

    async fn fill(&self, database: &impl Database, parts: Vec<Part>) -> Result<Bytes, TruncatedBody> {
        let broken = |error: store::StoreError| TruncatedBody(error.to_string());
        let sources = &self.composed.sources;
        let wanted: Vec<(i64, usize)> = parts
            .iter()
            .filter_map(|part| match part {
                Part::Piece { source, place } => sources.get(*source).map(|it| (it.stored.number, *place)),
                Part::Between => None,
            })
            .collect();
        let mut bodies = pieces(database, self.form, &wanted).await.map_err(broken)?.into_iter();
        let mut chunk = Vec::with_capacity(if parts.len() > 1 { MAX_PIECE_BYTES } else { 0 });
        for part in parts {
            let Part::Piece { source, place } = part else {
                chunk.extend(self.glue(self.around.between));
                continue;
            };
            let Some(it) = sources.get(source) else { continue };
            let whole = |body: &Vec<u8>| it.stored.layout.is_piece(self.form, place, body);
            let body = match bodies.next().flatten().filter(whole) {
                Some(body) => body,
                None => self.composed.mended_piece(database, it, self.form, place).await.map_err(broken)?,
            };
            if chunk.capacity() == 0 {
                chunk = body;
            } else {
                chunk.extend(body);
            }
        }
        Ok(chunk.into())
    }

    fn end(&self) -> Bytes {
        let mut end = self.glue(self.around.after);
        if self.form.deflated {
            end.extend(gzip_trailer(self.around.plain));
        }
        end.into()
    }

    fn glue(&self, bytes: &'static [u8]) -> Vec<u8> {
        match (bytes.is_empty(), self.form.deflated) {
            (true, _) => Vec::new(),
            (false, false) => bytes.to_vec(),
            (false, true) => stored_block(bytes),
        }
    }
}
