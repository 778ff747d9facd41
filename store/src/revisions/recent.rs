//! The steps of the newest revisions: those of one capability, and the first ones of all sources.

use super::steps::{Piece, listed_next, unpack};
use crate::StoreError;
use crate::database::{Row, Transaction};
use crate::row::{Reader, placeholders};
use federation::diff::{Change, Op};
use federation::time::Seconds;
use std::collections::{BTreeMap, BTreeSet};

/// The newest revisions of a source that are searched for a capability.
const MAX_REVISIONS: usize = 50;
/// The most pieces that are listed, …
const MAX_PIECES: usize = 200;
/// … and the most bytes of their steps that are read for one capability, …
const BYTES_OF_ONE: u64 = 4 << 20;
/// … and for the newest changes.
const BYTES_OF_ALL: u64 = 512 << 10;
/// The most pieces that are read for the newest changes, …
const NEWEST_PIECES: usize = 30;
/// … and the most steps that are taken of each.
const NEWEST_OF_PIECE: usize = 3;

/// A step, and the revision that made it.
pub struct Recent {
    /// The revision.
    pub revision: u64,
    /// When it was composed.
    pub composed_at: Seconds,
    /// Who made it.
    pub actor: String,
    /// Why it was made.
    pub cause: String,
    /// The source.
    pub repo: String,
    /// What it did to the capability.
    pub step: Change,
}

/// What the newest revisions did to a capability.
#[derive(Default)]
pub struct CapabilityHistory {
    /// The steps, newest first.
    pub steps: Vec<Recent>,
    /// Whether all kept revisions were searched, as far as their steps are readable.
    pub is_complete: bool,
}

struct Listed {
    piece: Piece,
    composed_at: Seconds,
    actor: String,
    cause: String,
    repo: String,
}

const LISTED: &str =
    "p.piece, p.revision, p.plain_bytes, p.plain_crc, p.steps, v.composed_at, v.actor, v.cause, p.repo";

fn listed(row: &Row) -> Result<Listed, StoreError> {
    let mut row = Reader::of(row);
    Ok(Listed {
        piece: listed_next(&mut row)?,
        composed_at: row.integer()?,
        actor: row.string()?,
        cause: row.string()?,
        repo: row.string()?,
    })
}

/// What the newest 50 revisions that changed a source did to one of its capabilities, newest first. At most 4 MiB of
/// steps are read, in two statements.
pub async fn capability_history(
    tx: &mut impl Transaction,
    repo: &str,
    id: &str,
) -> Result<CapabilityHistory, StoreError> {
    let sql = format!(
        "SELECT {LISTED} FROM (SELECT revision, repo FROM revision_sources WHERE repo = $1 ORDER BY revision DESC LIMIT {MAX_REVISIONS}) s
         JOIN change_pieces p ON p.revision = s.revision AND p.repo = s.repo JOIN revisions v ON v.number = p.revision
         ORDER BY p.revision DESC, p.piece LIMIT {MAX_PIECES}"
    );
    let rows = tx.query(&sql, vec![repo.into()]).await?;
    let mut bytes = 0;
    let pieces: Vec<Listed> = rows.iter().map(listed).collect::<Result<_, _>>()?;
    let pieces: Vec<Listed> = pieces.into_iter().take_while(|it| is_within(&mut bytes, it, BYTES_OF_ONE)).collect();
    let revisions: BTreeSet<u64> = pieces.iter().map(|it| it.piece.revision).collect();
    let is_complete = pieces.len() == rows.len() && rows.len() < MAX_PIECES && revisions.len() < MAX_REVISIONS;
    let quoted = format!("\"id\":{}", serde_json::Value::from(id));
    let mut steps = Vec::new();
    for (listed, text) in texts(tx, &pieces).await? {
        // Finding out that a step is about another capability is much cheaper than parsing it.
        for step in text.split(",\n").filter(|step| step.contains(&quoted)) {
            steps.extend(recent(listed, step).filter(|it| it.step.id == id));
        }
    }
    Ok(CapabilityHistory { steps, is_complete })
}

/// The newest additions and changes of all sources, newest first, up to `limit`: of each source that one of the newest 50
/// revisions changed, the first three. What was removed since is left out. At most 512 KiB of steps are read, in two statements.
pub async fn newest_steps(tx: &mut impl Transaction, limit: usize) -> Result<Vec<Recent>, StoreError> {
    let sql = format!(
        "SELECT {LISTED} FROM change_pieces p JOIN revisions v ON v.number = p.revision
         WHERE p.revision > (SELECT coalesce(max(number), 0) - {MAX_REVISIONS} FROM revisions)
         AND p.piece = (SELECT min(x.piece) FROM change_pieces x WHERE x.revision = p.revision AND x.repo = p.repo)
         ORDER BY p.revision DESC, p.piece LIMIT {NEWEST_PIECES}"
    );
    let rows = tx.query(&sql, Vec::new()).await?;
    let pieces: Vec<Listed> = rows.iter().map(listed).collect::<Result<_, _>>()?;
    let mut bytes = 0;
    let pieces: Vec<Listed> = pieces.into_iter().filter(|it| is_within(&mut bytes, it, BYTES_OF_ALL)).collect();
    let (mut steps, mut seen) = (Vec::new(), BTreeSet::new());
    for (listed, text) in texts(tx, &pieces).await? {
        let mut taken = 0;
        for step in text.split(",\n").filter_map(|step| recent(listed, step)) {
            let is_new = seen.insert((step.repo.clone(), step.step.id.clone()));
            if is_new && taken < NEWEST_OF_PIECE && step.step.op != Op::Removed {
                taken += 1;
                steps.push(step);
            }
        }
    }
    steps.truncate(limit);
    Ok(steps)
}

/// Whether the piece still fits; if it does, it is added to `bytes`.
fn is_within(bytes: &mut u64, listed: &Listed, max_bytes: u64) -> bool {
    let fits = *bytes + listed.piece.plain.length <= max_bytes;
    if fits {
        *bytes += listed.piece.plain.length;
    }
    fits
}

/// The steps of the pieces as text. Lost and damaged pieces are left out.
async fn texts<'a>(tx: &mut impl Transaction, pieces: &'a [Listed]) -> Result<Vec<(&'a Listed, String)>, StoreError> {
    if pieces.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT piece, body FROM change_pieces WHERE piece IN ({})", placeholders(1, pieces.len()));
    let rows = tx.query(&sql, pieces.iter().map(|it| it.piece.number.into()).collect()).await?;
    let mut bodies: BTreeMap<i64, &[u8]> = BTreeMap::new();
    for row in &rows {
        let mut row = Reader::of(row);
        let piece = row.integer()?;
        if let Ok(body) = row.blob() {
            bodies.insert(piece, body);
        }
    }
    let text = |it: &'a Listed| Some((it, unpack(&it.piece, bodies.get(&it.piece.number)?).ok()?));
    Ok(pieces.iter().filter(|it| !it.piece.lost).filter_map(text).collect())
}

/// Parses a stored step; `None` if the text is not one.
fn recent(listed: &Listed, step: &str) -> Option<Recent> {
    Some(Recent {
        revision: listed.piece.revision,
        composed_at: listed.composed_at,
        actor: listed.actor.clone(),
        cause: listed.cause.clone(),
        repo: listed.repo.clone(),
        step: serde_json::from_str(step).ok()?,
    })
}
