//! Keeps the search tables in step with the published revisions.

use super::{ENTRIES_PER_FRAGMENT, Finder, finder};
use crate::database::Transaction;
use crate::statement::Statement;
use crate::{StoreError, row::Columns as _};
use federation::compose::SourceLine;
use federation::search::{Entry, entries};

/// Entries that one statement writes.
const BATCH: usize = 100;

/// Adds the capabilities of a source line to the search tables; `json` is its fragment.
pub async fn keep(tx: &mut impl Transaction, line: &SourceLine, json: &str) -> Result<(), StoreError> {
    let key = || vec![line.index_digest.as_str().into(), line.repo.as_str().into(), line.domain.as_str().into()];
    let kept = "SELECT 1 FROM search_fragments WHERE digest = $1 AND repo = $2 AND domain = $3";
    if !tx.query(kept, key()).await?.is_empty() {
        return Ok(());
    }
    let lost = |why: &str| StoreError::Unreadable(format!("fragment of {}: {why}", line.repo));
    let entries = entries(json).map_err(|e| lost(&e.to_string()))?;
    let rows = tx.query("SELECT coalesce(max(fragment), 0) + 1 FROM search_fragments", Vec::new()).await?;
    let fragment = rows.first().ok_or_else(|| lost("no number"))?.integer(0)?;
    let mut row = vec![fragment.into()];
    row.extend(key());
    tx.query("INSERT INTO search_fragments (fragment, digest, repo, domain) VALUES ($1, $2, $3, $4)", row).await?;
    for (batch, first) in entries.chunks(BATCH).zip((0..).step_by(BATCH)) {
        let Statement { sql, parameters } = insertion(fragment, first, batch);
        tx.query(&sql, parameters).await?;
    }
    if finder(tx).await? == Finder::Fts5 {
        tx.query(
            "INSERT INTO search_words (rowid, id_words, name_words, tag_words, summary_words)
             SELECT entry, id_words, name_words, tag_words, summary_words FROM search_entries WHERE fragment = $1",
            vec![fragment.into()],
        )
        .await?;
    }
    Ok(())
}

fn insertion(fragment: i64, first: i64, batch: &[Entry]) -> Statement {
    let mut statement = Statement::default();
    statement.push(
        "INSERT INTO search_entries (entry, fragment, id, status, tags, id_words, name_words, tag_words, summary_words, json) VALUES ",
    );
    for (entry, position) in batch.iter().zip(first..) {
        let columns = [
            statement.bind(fragment * ENTRIES_PER_FRAGMENT + position),
            statement.bind(fragment),
            statement.bind(entry.id.as_str()),
            statement.bind(entry.status.as_str()),
            statement.bind(entry.tags.as_str()),
            statement.bind(entry.id_words.as_str()),
            statement.bind(entry.name_words.as_str()),
            statement.bind(entry.tag_words.as_str()),
            statement.bind(entry.summary_words.as_str()),
            statement.bind(entry.json.as_str()),
        ];
        statement.push(if position == first { "(" } else { ", (" });
        statement.push(&columns.join(", "));
        statement.push(")");
    }
    statement
}
