//! Stores fragments, and renders lost ones again.

use super::keys::{forms, piece_key, range};
use super::render::{Rendered, render};
use super::{STORED, Stored, key, stored};
use crate::database::{Database, Transaction, Value, read_with, write_with};
use crate::{
    StoreError,
    row::{Reader, SoleColumn as _},
    tallies,
};
use federation::compose::{Format, SourceLine};
use federation::digest::Digest;

/// Stores a fragment, replacing an existing one.
pub async fn insert(
    tx: &mut impl Transaction,
    digest: &Digest,
    repo: &str,
    domain: &str,
    rendered: &Rendered,
) -> Result<Stored, StoreError> {
    let unreadable = |e: serde_json::Error| StoreError::Unreadable(e.to_string());
    let layout = rendered.layout();
    let (ids, written) = (serde_json::to_string(&rendered.ids), serde_json::to_string(&layout));
    let (ids, written) = (ids.map_err(unreadable)?, written.map_err(unreadable)?);
    let [ids_digest, layout_digest] = [&ids, &written].map(|part| Value::from(Digest::of(part.as_bytes()).as_str()));
    let rows = tx
        .query(
            "INSERT INTO fragments (digest, repo, domain, number, layout, layout_digest, ids, ids_digest, json_bytes, yaml_bytes)
             VALUES ($1, $2, $3, (SELECT coalesce(max(number), 0) + 1 FROM fragments), $4, $5, $6, $7, $8, $9)
             ON CONFLICT (digest, repo, domain) DO UPDATE SET layout = excluded.layout, layout_digest = excluded.layout_digest,
             ids = excluded.ids, ids_digest = excluded.ids_digest, json_bytes = excluded.json_bytes, yaml_bytes = excluded.yaml_bytes
             RETURNING number",
            vec![
                digest.as_str().into(),
                repo.into(),
                domain.into(),
                written.into(),
                layout_digest,
                ids.into(),
                ids_digest,
                layout.plain(Format::Json).length.into(),
                layout.plain(Format::Yaml).length.into(),
            ],
        )
        .await?;
    let number = rows.first().map_or(Ok(-1), |row| row.integer())?;
    forget_pieces(tx, number).await?;
    for (format, pieces) in [(Format::Json, &rendered.json), (Format::Yaml, &rendered.yaml)] {
        for (place, piece) in pieces.iter().enumerate() {
            for (form, body) in forms(format).into_iter().zip([&piece.plain, &piece.deflated]) {
                let row = vec![piece_key(number, form, place).into(), Value::Blob(body.clone())];
                tx.query("INSERT INTO fragment_pieces (piece, body) VALUES ($1, $2)", row).await?;
            }
        }
    }
    Ok(Stored { number, layout })
}

/// Deletes the pieces of a fragment.
pub async fn forget_pieces(tx: &mut impl Transaction, fragment: i64) -> Result<(), StoreError> {
    let (first, last) = range(fragment);
    let delete = "DELETE FROM fragment_pieces WHERE piece BETWEEN $1 AND $2";
    tx.query(delete, vec![first.into(), last.into()]).await?;
    Ok(())
}

/// Ensures that the fragment of a source line is stored. A fragment contains repo and domain, so a change of
/// domain also requires a new one.
pub async fn ensure(tx: &mut impl Transaction, line: &SourceLine) -> Result<Stored, StoreError> {
    let kept = format!("SELECT {STORED} FROM fragments f WHERE digest = $1 AND repo = $2 AND domain = $3");
    // A damaged page makes the statement fail.
    let rows = tx.try_query(&kept, key(line)).await.unwrap_or_default();
    if let Some(stored) = rows.first().and_then(|row| stored(&mut Reader::of(row))) {
        return Ok(stored);
    }
    let rendered = render(tx, line).await?;
    insert(tx, &line.index_digest, &line.repo, &line.domain, &rendered).await
}

/// A fragment that was rendered again.
pub struct Restored {
    /// The metadata now stored.
    pub stored: Stored,
    /// The rendered fragment.
    pub rendered: Rendered,
    /// Why it could not be stored; the caller still gets the fragment.
    pub failure: Option<StoreError>,
}

/// Renders a lost or damaged fragment again, stores it and counts the repair.
///
/// # Errors
/// If the snapshot is lost or damaged too.
pub async fn restore(database: &impl Database, line: &SourceLine) -> Result<Restored, StoreError> {
    let rendered = read_with(database, async |tx| render(tx, line).await).await?;
    Ok(match replace(database, line, &rendered).await {
        Ok(stored) => Restored { stored, rendered, failure: None },
        Err(error) => {
            let stored = Stored { number: -1, layout: rendered.layout() };
            Restored { stored, rendered, failure: Some(error) }
        }
    })
}

async fn replace(database: &impl Database, line: &SourceLine, rendered: &Rendered) -> Result<Stored, StoreError> {
    let stored = write_with(database, async |tx| {
        let stored = insert(tx, &line.index_digest, &line.repo, &line.domain, rendered).await?;
        tallies::count(tx, tallies::FRAGMENTS_MENDED, 1).await?;
        Ok::<_, StoreError>(stored)
    })
    .await?;
    Ok(stored)
}
