//! Fragments: what snapshots contribute, rendered once.
//!
//! Each part is stored with its digest, so that a damaged one is never served: it is rendered anew from the snapshot, whose own digest
//! names it.

use super::{StoreError, row::Columns as _, snapshots, tallies};
use crate::ports::{Database, Row, Transaction, Value};
use federation::compose::{Fragment, SourceLine};
use federation::digest::Digest;

/// Step of the schema.
pub(super) const DIGESTS: &[&str] = &[
    "ALTER TABLE fragments ADD COLUMN json_digest TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE fragments ADD COLUMN yaml_digest TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE fragments ADD COLUMN ids_digest TEXT NOT NULL DEFAULT ''",
    tallies::COUNTERS,
];

/// Gives the fragments that are there already their digests. What cannot be read gets none, and counts as damaged.
pub(super) async fn set_up(tx: &mut impl Transaction) -> Result<(), StoreError> {
    for key in tx.query("SELECT digest, repo, domain FROM fragments", Vec::new()).await? {
        let parts = "SELECT json, yaml, ids FROM fragments WHERE digest = $1 AND repo = $2 AND domain = $3";
        let Ok(rows) = tx.query(parts, key.clone()).await else { continue };
        let Some(row) = rows.first() else { continue };
        let mut parameters = Vec::with_capacity(6);
        for index in 0..3 {
            parameters.push(Digest::of(row.text(index)?.as_bytes()).as_str().into());
        }
        parameters.extend(key);
        tx.query(
            "UPDATE fragments SET json_digest = $1, yaml_digest = $2, ids_digest = $3
             WHERE digest = $4 AND repo = $5 AND domain = $6",
            parameters,
        )
        .await?;
    }
    Ok(())
}

/// Keeps a fragment, in place of what may be there.
pub async fn insert(
    tx: &mut impl Transaction,
    digest: &Digest,
    repo: &str,
    domain: &str,
    fragment: Fragment,
) -> Result<(), StoreError> {
    let ids = serde_json::to_string(&fragment.ids).map_err(|e| StoreError::Unreadable(e.to_string()))?;
    let digests = [&fragment.json, &fragment.yaml, &ids].map(|part| Value::from(Digest::of(part.as_bytes()).as_str()));
    let mut parameters = vec![
        digest.as_str().into(),
        repo.into(),
        domain.into(),
        fragment.json.into(),
        fragment.yaml.into(),
        ids.into(),
    ];
    parameters.extend(digests);
    tx.query(
        "INSERT INTO fragments (digest, repo, domain, json, yaml, ids, json_digest, yaml_digest, ids_digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (digest, repo, domain) DO UPDATE SET json = excluded.json, yaml = excluded.yaml, ids = excluded.ids,
         json_digest = excluded.json_digest, yaml_digest = excluded.yaml_digest, ids_digest = excluded.ids_digest",
        parameters,
    )
    .await?;
    Ok(())
}

/// A part of a fragment in a row that has the digest in the next column; `None` if it is lost or damaged.
pub(super) fn part(row: &Row, index: usize) -> Option<&str> {
    let (text, digest) = (row.text(index).ok()?, row.text(index + 1).ok()?);
    (Digest::of(text.as_bytes()).as_str() == digest).then_some(text)
}

/// What a source line stands for, rendered from its snapshot.
///
/// # Errors
/// When the snapshot is lost or damaged too.
pub async fn render(tx: &mut impl Transaction, line: &SourceLine) -> Result<Fragment, StoreError> {
    let lost = |why: &str| StoreError::Unreadable(format!("snapshot {} of {}: {why}", line.index_digest, line.repo));
    let bytes = snapshots::bytes(tx, &line.index_digest).await?.ok_or_else(|| lost("missing"))?;
    let index = federation::index::check(&bytes).index.ok_or_else(|| lost("no longer a valid index"))?;
    if index.capabilities.len() != line.capability_count {
        return Err(lost("another number of capabilities than its line says"));
    }
    Fragment::render(&line.repo, &line.domain, &index).map_err(|e| lost(&e.message))
}

/// The capabilities of a source line in JSON.
pub async fn json(tx: &mut impl Transaction, line: &SourceLine) -> Result<String, StoreError> {
    let kept = "SELECT json, json_digest FROM fragments WHERE digest = $1 AND repo = $2 AND domain = $3";
    // A page that is damaged fails the statement.
    let rows = tx.query(kept, key(line)).await.unwrap_or_default();
    match rows.first().and_then(|row| part(row, 0)) {
        Some(json) => Ok(json.to_owned()),
        None => Ok(render(tx, line).await?.json),
    }
}

/// Makes sure that the fragment of a source line is kept and whole; tells whether that took rendering it. A fragment carries repo and domain,
/// so it is rendered anew after a change of domain too.
pub async fn ensure(tx: &mut impl Transaction, line: &SourceLine) -> Result<bool, StoreError> {
    let kept = "SELECT json, json_digest, yaml, yaml_digest, ids, ids_digest FROM fragments
         WHERE digest = $1 AND repo = $2 AND domain = $3";
    let rows = tx.query(kept, key(line)).await.unwrap_or_default();
    if rows.first().is_some_and(|row| [0, 2, 4].into_iter().all(|index| part(row, index).is_some())) {
        return Ok(false);
    }
    let fragment = render(tx, line).await?;
    insert(tx, &line.index_digest, &line.repo, &line.domain, fragment).await?;
    Ok(true)
}

/// Replaces those of the fragments of these lines that are damaged, and counts them.
pub async fn mend(database: &impl Database, lines: impl Iterator<Item = &SourceLine> + Send) -> Result<(), StoreError> {
    let mut tx = database.write().await?;
    let mut mended = 0;
    for line in lines {
        mended += u64::from(ensure(&mut tx, line).await?);
    }
    tallies::count(&mut tx, tallies::FRAGMENTS_MENDED, mended).await?;
    tx.commit().await?;
    Ok(())
}

fn key(line: &SourceLine) -> Vec<Value> {
    vec![line.index_digest.as_str().into(), line.repo.as_str().into(), line.domain.as_str().into()]
}
