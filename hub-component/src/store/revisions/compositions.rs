//! What a revision is composed of.

use super::{LINE, read_line};
use crate::ports::{Database, Transaction, Value};
use crate::store::row::{Columns as _, placeholders};
use crate::store::{StoreError, fragments};
use federation::compose::{Filter, Format, Fragment, SourceLine};
use federation::time::Seconds;
use std::collections::BTreeMap;

/// Source lines by repo of the newest revision.
pub async fn composition(tx: &mut impl Transaction) -> Result<BTreeMap<String, SourceLine>, StoreError> {
    let rows = tx.query(&format!("SELECT {LINE} FROM composition ORDER BY repo"), Vec::new()).await?;
    rows.iter().map(|row| read_line(row).map(|line| (line.repo.clone(), line))).collect()
}

/// The composition of a kept revision, whose number is `$1`: for every repo the newest change up to it.
pub(in crate::store) const AT: &str = "(SELECT s.* FROM revision_sources s WHERE s.index_digest <> '' AND s.revision =
     (SELECT max(x.revision) FROM revision_sources x WHERE x.repo = s.repo AND x.revision <= $1))";

/// Source lines of a kept revision, ordered by repo.
pub async fn lines_at(tx: &mut impl Transaction, number: u64) -> Result<Vec<SourceLine>, StoreError> {
    let sql = format!("SELECT {LINE} FROM {AT} composed ORDER BY repo");
    tx.query(&sql, vec![number.into()]).await?.iter().map(read_line).collect()
}

/// A source of a revision with its fragment.
pub struct Contribution {
    /// Its line in the document.
    pub line: SourceLine,
    /// Its fragment in the format asked for.
    pub fragment: String,
    /// The ids in it.
    pub ids: Vec<String>,
    /// Whether what was stored is lost or damaged, so that this was rendered anew.
    pub damaged: bool,
}

/// What the document of a revision is made of, as far as the filter takes it, ordered by repo; of the newest revision if no number is
/// given.
pub async fn contributions(
    tx: &mut impl Transaction,
    number: Option<u64>,
    filter: &Filter,
    format: Format,
) -> Result<Vec<Contribution>, StoreError> {
    let (from, mut parameters): (&str, Vec<Value>) = match number {
        None => ("composition", Vec::new()),
        Some(number) => (AT, vec![number.into()]),
    };
    let column = match format {
        Format::Json => "json",
        Format::Yaml => "yaml",
    };
    let only = restriction(filter, &mut parameters);
    let line = "c.repo, c.url, c.domain, c.required, c.index_digest, c.capability_count";
    let sql = format!(
        "SELECT {line}, f.{column}, f.{column}_digest, f.ids, f.ids_digest
         FROM {from} c LEFT JOIN fragments f ON f.digest = c.index_digest AND f.repo = c.repo AND f.domain = c.domain
         WHERE {only} ORDER BY c.repo"
    );
    let rows = match tx.query(&sql, parameters.clone()).await {
        Ok(rows) => rows,
        // One damaged page fails the whole statement; the lines may be whole.
        Err(_) => tx.query(&format!("SELECT {line} FROM {from} c WHERE {only} ORDER BY c.repo"), parameters).await?,
    };
    let mut contributions = Vec::with_capacity(rows.len());
    for row in &rows {
        let line = read_line(row)?;
        let kept = match (fragments::part(row, 6), fragments::part(row, 8)) {
            (Some(fragment), Some(ids)) => Some((fragment.to_owned(), read_ids(ids, &line.repo)?)),
            _ => None,
        };
        let damaged = kept.is_none();
        let (fragment, ids) = match kept {
            Some(kept) => kept,
            None => {
                let Fragment { json, yaml, ids } = fragments::render(tx, &line).await?;
                (if format == Format::Json { json } else { yaml }, ids)
            }
        };
        contributions.push(Contribution { line, fragment, ids, damaged });
    }
    Ok(contributions)
}

/// When the source of the newest revision that was verified longest ago, among those the filter takes, was verified; `None` if it takes
/// none.
pub async fn verified_at(database: &impl Database, filter: &Filter) -> Result<Option<Seconds>, StoreError> {
    let mut parameters = Vec::new();
    let only = restriction(filter, &mut parameters);
    let sql =
        format!("SELECT min(s.verified_at) FROM composition c JOIN source_state s ON s.repo = c.repo WHERE {only}");
    database.query(&sql, parameters).await?.first().map_or(Ok(None), |row| row.optional_integer(0))
}

/// The filter as a condition on a composition `c`; its names become further parameters.
fn restriction(filter: &Filter, parameters: &mut Vec<Value>) -> String {
    let mut conditions = vec!["1 = 1".to_owned()];
    for (column, names) in [("c.domain", &filter.domain), ("c.repo", &filter.repo)] {
        if !names.is_empty() {
            conditions.push(format!("{column} IN ({})", placeholders(parameters.len() + 1, names.len())));
            parameters.extend(names.iter().map(|name| name.as_str().into()));
        }
    }
    conditions.join(" AND ")
}

/// The ids that every source of the newest revision publishes, ordered by repo.
pub async fn published_ids(tx: &mut impl Transaction) -> Result<Vec<(String, Vec<String>)>, StoreError> {
    let rows = tx
        .query(
            "SELECT c.repo, c.url, c.domain, c.required, c.index_digest, c.capability_count, f.ids, f.ids_digest FROM composition c
             LEFT JOIN fragments f ON f.digest = c.index_digest AND f.repo = c.repo AND f.domain = c.domain ORDER BY c.repo",
            Vec::new(),
        )
        .await?;
    let mut published = Vec::with_capacity(rows.len());
    for row in &rows {
        let line = read_line(row)?;
        let ids = match fragments::part(row, 6) {
            Some(ids) => read_ids(ids, &line.repo)?,
            None => fragments::render(tx, &line).await?.ids,
        };
        published.push((line.repo, ids));
    }
    Ok(published)
}

/// The capabilities that a source line stands for, as they are in the document; none for no line.
pub async fn entries(
    tx: &mut impl Transaction,
    line: Option<&SourceLine>,
) -> Result<Vec<serde_json::Value>, StoreError> {
    let Some(line) = line else { return Ok(Vec::new()) };
    read_entries(&fragments::json(tx, line).await?, &line.repo)
}

/// The entries of a fragment in JSON.
pub(super) fn read_entries(fragment: &str, repo: &str) -> Result<Vec<serde_json::Value>, StoreError> {
    serde_json::from_str(&format!("[{fragment}]"))
        .map_err(|e| StoreError::Unreadable(format!("fragment of {repo}: {e}")))
}

fn read_ids(json: &str, repo: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(json).map_err(|e| StoreError::Unreadable(format!("ids of {repo}: {e}")))
}
