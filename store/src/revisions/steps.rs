//! The changes of each revision, per capability: written on publication, read unchanged.
//!
//! The steps of a source in a revision are JSON objects separated by `,\n`, stored in compressed pieces.

use crate::database::{Database, Row, Transaction, Value, read_with, write_with};
use crate::row::{Reader, SoleColumn as _, placeholders};
use crate::{StoreError, fragments};
use federation::compose::pieces::{Extent, MAX_PIECE_BYTES, deflate};
use federation::compose::{SourceLine, entries};
use federation::diff::{Change, Op, Step, steps};
use federation::withdrawn::{Withdrawn, removed};
use flate2::{Decompress, FlushDecompress};
use std::collections::BTreeMap;

/// Migration step: creates the table of changes.
pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE change_pieces (
        piece INTEGER PRIMARY KEY NOT NULL, revision INTEGER NOT NULL, repo TEXT NOT NULL, steps INTEGER NOT NULL,
        plain_bytes INTEGER NOT NULL, plain_crc INTEGER NOT NULL, body BLOB NOT NULL)",
    "CREATE INDEX change_pieces_of ON change_pieces (revision, repo, piece)",
];

/// A source before or after a revision.
pub struct Capabilities {
    /// Its fragment as JSON.
    pub json: String,
    /// The ids in it.
    pub ids: Vec<String>,
}

impl Capabilities {
    /// The capabilities of a source line; empty without a line.
    pub async fn of(tx: &mut impl Transaction, line: Option<&SourceLine>) -> Result<Self, StoreError> {
        let (json, ids) = match line {
            Some(line) => fragments::json(tx, line).await?,
            None => Default::default(),
        };
        Ok(Self { json, ids })
    }
}

/// A capability that a revision changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its id.
    pub id: String,
    /// What the revision does to it.
    pub op: Op,
}

/// Stores the steps of a source in a revision that is being published, and returns the capabilities that it changes, and those of them that are gone. One
/// that only moved is both removed and added, and is not gone.
pub async fn write(
    tx: &mut impl Transaction,
    revision: u64,
    repo: &str,
    before: &Capabilities,
    after: &Capabilities,
) -> Result<(Vec<Changed>, Vec<Withdrawn>), StoreError> {
    let (before, after) = (entries(&before.json, &before.ids), entries(&after.json, &after.ids));
    let steps = steps(&before, &after);
    for (text, count) in texts(revision, repo, &steps) {
        insert(tx, revision, repo, count, &text).await?;
    }
    let changed = steps.iter().map(|step| Changed { id: step.id().to_owned(), op: step.op }).collect();
    Ok((changed, removed(&steps)))
}

/// Splits the text of the steps into pieces, with the number of steps in each. A step is never split.
fn texts(revision: u64, repo: &str, steps: &[Step<'_>]) -> impl Iterator<Item = (String, usize)> {
    let mut rest = steps.iter().peekable();
    std::iter::from_fn(move || {
        let (mut text, mut count) = (String::new(), 0);
        while let Some(step) = rest.next_if(|step| count == 0 || text.len() + length(step) <= MAX_PIECE_BYTES) {
            text.push_str(if count == 0 { "" } else { ",\n" });
            write_step(&mut text, revision, repo, step);
            count += 1;
        }
        (count > 0).then_some((text, count))
    })
}

/// Records that the changes of a revision to a source are unknown.
pub async fn write_lost(tx: &mut impl Transaction, revision: u64, repo: &str) -> Result<(), StoreError> {
    insert(tx, revision, repo, 0, "").await
}

fn length(step: &Step<'_>) -> usize {
    [step.before, step.after].into_iter().flatten().map(|entry| entry.json.len()).sum()
}

fn write_step(text: &mut String, revision: u64, repo: &str, step: &Step<'_>) {
    let quoted = |name: &str| serde_json::Value::from(name).to_string();
    let entry = |entry: Option<federation::diff::Entry<'_>>| entry.map_or("null", |entry| entry.json).to_owned();
    text.push_str(&format!(
        "{{\"revision\":{revision},\"source_repo\":{},\"op\":\"{}\",\"id\":{},\"position\":{},\"before\":{},\"after\":{}}}",
        quoted(repo),
        step.op.as_str(),
        quoted(step.id()),
        step.position,
        entry(step.before),
        entry(step.after),
    ));
}

async fn insert(
    tx: &mut impl Transaction,
    revision: u64,
    repo: &str,
    count: usize,
    text: &str,
) -> Result<(), StoreError> {
    let body = deflate(text.as_bytes()).map_err(|e| StoreError::Unreadable(format!("changes of {repo}: {e}")))?;
    let Extent { length, crc } = Extent::of(text.as_bytes());
    tx.query(
        "INSERT INTO change_pieces (piece, revision, repo, steps, plain_bytes, plain_crc, body)
         VALUES ((SELECT coalesce(max(piece), 0) + 1 FROM change_pieces), $1, $2, $3, $4, $5, $6)",
        vec![revision.into(), repo.into(), count.into(), length.into(), crc.into(), Value::Blob(body)],
    )
    .await?;
    Ok(())
}

/// Writes the steps of every stored revision.
pub(crate) async fn fill(tx: &mut impl Transaction) -> Result<(), StoreError> {
    let rows = tx.query("SELECT number FROM revisions ORDER BY number", Vec::new()).await?;
    for row in rows {
        let number: u64 = row.count()?;
        let changed: BTreeMap<_, _> = super::changes_between(tx, number, number).await?;
        for changed in changed.into_values().flatten() {
            let before = Capabilities::of(tx, changed.before.as_ref()).await;
            let after = Capabilities::of(tx, changed.after.as_ref()).await;
            // Unreadable data must not block an upgrade.
            match (before, after) {
                (Ok(before), Ok(after)) => {
                    write(tx, number, &changed.repo, &before, &after).await?;
                }
                _ => write_lost(tx, number, &changed.repo).await?,
            }
        }
    }
    Ok(())
}

/// A piece whose body has not been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its number; the pieces of later steps have higher numbers.
    pub number: i64,
    /// The revision of its steps.
    pub revision: u64,
    /// Extent of its steps as text.
    pub plain: Extent,
    /// Whether its steps are unknown: the previous index of the source was lost.
    pub lost: bool,
}

/// Maximum number of pieces listed at once.
const MAX_LISTED: usize = 1000;

/// The pieces of the revisions after `since` up to `until` that follow the piece `after`.
pub async fn pieces(tx: &mut impl Transaction, since: u64, until: u64, after: i64) -> Result<Vec<Piece>, StoreError> {
    let rows = tx
        .query(
            "SELECT piece, revision, plain_bytes, plain_crc, steps FROM change_pieces
             WHERE revision > $1 AND revision <= $2 AND piece > $3 ORDER BY revision, piece LIMIT $4",
            vec![since.into(), until.into(), after.into(), MAX_LISTED.into()],
        )
        .await?;
    rows.iter().map(listed).collect()
}

fn listed(row: &Row) -> Result<Piece, StoreError> {
    listed_next(&mut Reader::of(row))
}

pub(super) fn listed_next(row: &mut Reader<'_>) -> Result<Piece, StoreError> {
    Ok(Piece {
        number: row.integer()?,
        revision: row.count()?,
        plain: Extent { length: row.count()?, crc: row.count()? },
        lost: row.integer()? == 0,
    })
}

/// The steps of a piece as text. A damaged piece is rebuilt from the snapshots.
///
/// # Errors
/// If it cannot be rebuilt, or the store fails.
pub async fn read(database: &impl Database, piece: &Piece) -> Result<String, StoreError> {
    let sql = "SELECT body FROM change_pieces WHERE piece = $1";
    // A damaged page makes the statement fail.
    let rows = database.query(sql, vec![piece.number.into()]).await.unwrap_or_default();
    match rows.first().and_then(|row| row.blob().ok()).map(|body| unpack(piece, body)) {
        Some(Ok(text)) => Ok(text),
        _ => mended(database, piece).await,
    }
}

async fn mended(database: &impl Database, piece: &Piece) -> Result<String, StoreError> {
    let damaged = || StoreError::Unreadable(format!("changes of revision {}: damaged", piece.revision));
    let (place, repo, before, after) = read_with(database, async |tx| {
    let place = "SELECT p.repo, (SELECT count(*) FROM change_pieces x WHERE x.revision = p.revision AND x.repo = p.repo AND x.piece < p.piece)
         FROM change_pieces p WHERE p.piece = $1";
    let rows = tx.query(place, vec![piece.number.into()]).await?;
    let mut row = Reader::of(rows.first().ok_or_else(damaged)?);
    let (repo, place) = (row.string()?, row.count::<usize>()?);
    let changed = super::changes_between(tx, piece.revision, piece.revision).await?.remove(&piece.revision);
    let changed = changed.into_iter().flatten().find(|it| it.repo == repo).ok_or_else(damaged)?;
    let before = Capabilities::of(tx, changed.before.as_ref()).await?;
    let after = Capabilities::of(tx, changed.after.as_ref()).await?;
    Ok::<_, StoreError>((place, repo, before, after))
    }).await?;
    let (before, after) = (entries(&before.json, &before.ids), entries(&after.json, &after.ids));
    let (text, _) = texts(piece.revision, &repo, &steps(&before, &after)).nth(place).ok_or_else(damaged)?;
    if Extent::of(text.as_bytes()) != piece.plain {
        return Err(damaged());
    }
    // The reader already has the text, so a failed write is left to the next reader.
    let _ = replace(database, piece, &text).await;
    Ok(text)
}

async fn replace(database: &impl Database, piece: &Piece, text: &str) -> Result<(), StoreError> {
    let body = deflate(text.as_bytes()).map_err(|e| StoreError::Unreadable(e.to_string()))?;
    write_with(database, async |tx| {
        let sql = "UPDATE change_pieces SET body = $1 WHERE piece = $2";
        tx.query(sql, vec![Value::Blob(body), piece.number.into()]).await?;
        Ok(())
    })
    .await
}

pub(super) fn unpack(piece: &Piece, body: &[u8]) -> Result<String, StoreError> {
    let damaged = || StoreError::Unreadable(format!("changes of revision {}: damaged", piece.revision));
    let length = usize::try_from(piece.plain.length).map_err(|_| damaged())?;
    // One byte more, to detect a body that is longer than its recorded length.
    let mut plain = Vec::with_capacity(length + 1);
    let unpacked = Decompress::new(false).decompress_vec(body, &mut plain, FlushDecompress::Sync);
    if unpacked.is_err() || Extent::of(&plain) != piece.plain {
        return Err(damaged());
    }
    String::from_utf8(plain).map_err(|_| damaged())
}

/// The first steps of a source in a revision.
#[derive(Default)]
pub struct Beginning {
    /// The steps that were read.
    pub steps: Vec<Change>,
    /// The total number of steps.
    pub count: usize,
}

/// Bytes of steps that are read for all sources together …
const MAX_STEP_BYTES: u64 = 1 << 20;
/// … and the most sources that are read.
const MAX_SOURCES: usize = 50;

/// The first steps of a revision, by source. Damaged or oversized steps are only counted.
pub async fn beginnings(
    tx: &mut impl Transaction,
    revision: u64,
    limit: usize,
) -> Result<BTreeMap<String, Beginning>, StoreError> {
    let first = "SELECT p.piece, p.revision, p.plain_bytes, p.plain_crc, p.steps, p.repo, s.sum FROM change_pieces p
         JOIN (SELECT min(piece) AS piece, CAST(sum(steps) AS BIGINT) AS sum FROM change_pieces WHERE revision = $1 GROUP BY repo) s
         ON s.piece = p.piece ORDER BY p.piece";
    let (mut beginnings, mut wanted, mut bytes) = (BTreeMap::new(), Vec::new(), 0);
    for row in tx.query(first, vec![revision.into()]).await? {
        let mut row = Reader::of(&row);
        let (piece, repo) = (listed_next(&mut row)?, row.string()?);
        beginnings.insert(repo.clone(), Beginning { steps: Vec::new(), count: row.count()? });
        bytes += piece.plain.length;
        if wanted.len() < MAX_SOURCES && bytes <= MAX_STEP_BYTES {
            wanted.push((piece, repo));
        }
    }
    if wanted.is_empty() {
        return Ok(beginnings);
    }
    let sql = format!("SELECT piece, body FROM change_pieces WHERE piece IN ({})", placeholders(1, wanted.len()));
    let rows = tx.query(&sql, wanted.iter().map(|(piece, _)| piece.number.into()).collect()).await?;
    let mut bodies: BTreeMap<i64, &[u8]> = BTreeMap::new();
    for row in &rows {
        let mut row = Reader::of(row);
        bodies.insert(row.integer()?, row.blob()?);
    }
    for (piece, repo) in wanted {
        let text = bodies.get(&piece.number).and_then(|body| unpack(&piece, body).ok());
        let steps = text.iter().flat_map(|text| text.split(",\n")).take(limit).map(serde_json::from_str);
        if let (Ok(steps), Some(beginning)) = (steps.collect(), beginnings.get_mut(&repo)) {
            beginning.steps = steps;
        }
    }
    Ok(beginnings)
}
