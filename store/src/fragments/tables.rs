//! The tables of fragments, and their migration from older versions.

use super::part;
use super::render::Rendered;
use super::write::insert;
use crate::database::{Transaction, Value};
use crate::{StoreError, row::Reader, tallies};
use federation::compose::Fragment;
use federation::digest::Digest;

/// Migration step: adds the digests of fragments, and the counters.
pub(crate) const DIGESTS: &[&str] = &[
    "ALTER TABLE fragments ADD COLUMN json_digest TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE fragments ADD COLUMN yaml_digest TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE fragments ADD COLUMN ids_digest TEXT NOT NULL DEFAULT ''",
    tallies::COUNTERS,
];

/// Migration step: splits fragments into pieces.
pub(crate) const PIECES: &[&str] = &[
    "ALTER TABLE fragments RENAME TO whole_fragments",
    // `layout` is JSON (`Layout`), `ids` a JSON list. The sizes are those of the plain forms, to
    // compute the size of a federation.
    "CREATE TABLE fragments (
        digest TEXT NOT NULL REFERENCES snapshots (digest) ON DELETE CASCADE, repo TEXT NOT NULL, domain TEXT NOT NULL,
        number INTEGER NOT NULL UNIQUE, layout TEXT NOT NULL, layout_digest TEXT NOT NULL, ids TEXT NOT NULL, ids_digest TEXT NOT NULL,
        json_bytes INTEGER NOT NULL, yaml_bytes INTEGER NOT NULL, PRIMARY KEY (digest, repo, domain))",
    // One row for each piece in each form; `read::piece_key` computes the key from fragment, form and position.
    "CREATE TABLE fragment_pieces (piece INTEGER PRIMARY KEY NOT NULL, body BLOB NOT NULL)",
];

/// Adds digests to existing fragments. Unreadable ones get none and count as damaged.
pub(crate) async fn set_up(tx: &mut impl Transaction) -> Result<(), StoreError> {
    for key in tx.query("SELECT digest, repo, domain FROM fragments", Vec::new()).await? {
        let parts = "SELECT json, yaml, ids FROM fragments WHERE digest = $1 AND repo = $2 AND domain = $3";
        let Ok(rows) = tx.try_query(parts, key.clone()).await else { continue };
        let Some(row) = rows.first() else { continue };
        let mut parameters = Vec::with_capacity(6);
        let mut row = Reader::of(row);
        for _ in 0..3 {
            parameters.push(Digest::of(row.text()?.as_bytes()).as_str().into());
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

/// Splits whole fragments into pieces. Damaged ones are dropped and rendered again on first use.
pub(crate) async fn cut_up(tx: &mut impl Transaction) -> Result<(), StoreError> {
    for key in tx.query("SELECT digest, repo, domain FROM whole_fragments", Vec::new()).await? {
        let parts = "SELECT json, json_digest, yaml, yaml_digest, ids, ids_digest FROM whole_fragments
             WHERE digest = $1 AND repo = $2 AND domain = $3";
        let Ok(rows) = tx.try_query(parts, key.clone()).await else { continue };
        let texts = rows.first().and_then(|row| {
            let mut row = Reader::of(row);
            Some((part(&mut row)?, part(&mut row)?, part(&mut row)?))
        });
        let Some((json, yaml, ids)) = texts else { continue };
        let Ok(ids) = serde_json::from_str(ids) else { continue };
        let fragment = Fragment { json: json.to_owned(), yaml: yaml.to_owned(), ids };
        let [Value::Text(digest), Value::Text(repo), Value::Text(domain)] = key.as_slice() else { continue };
        let Some(digest) = Digest::parse(digest) else { continue };
        insert(tx, &digest, repo, domain, &Rendered::new(fragment)?).await?;
    }
    tx.query("DROP TABLE whole_fragments", Vec::new()).await?;
    Ok(())
}
