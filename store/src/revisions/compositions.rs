//! The compositions of revisions.

use super::{LINE, read_line, read_next_line};
use crate::StoreError;
use crate::database::{Database, Row, Transaction, Value};
use crate::fragments::{self, STORED, Stored};
use crate::row::{Reader, SoleColumn as _, placeholders};
use federation::compose::{Filter, SourceLine};
use federation::time::Seconds;
use std::collections::BTreeMap;

/// The source lines of the newest revision, by repo.
pub async fn composition(tx: &mut impl Transaction) -> Result<BTreeMap<String, SourceLine>, StoreError> {
    let rows = tx.query(&format!("SELECT {LINE} FROM composition ORDER BY repo"), Vec::new()).await?;
    rows.iter().map(|row| read_line(row).map(|line| (line.repo.clone(), line))).collect()
}

/// The composition of the stored revision `$1`: for each repo, the newest change up to it.
pub(crate) const COMPOSITION_AT: &str =
    "(SELECT s.* FROM revision_sources s WHERE s.index_digest <> '' AND s.revision =
     (SELECT max(x.revision) FROM revision_sources x WHERE x.repo = s.repo AND x.revision <= $1))";

/// The source lines of a stored revision, ordered by repo.
pub async fn lines_at(tx: &mut impl Transaction, number: u64) -> Result<Vec<SourceLine>, StoreError> {
    let sql = format!("SELECT {LINE} FROM {COMPOSITION_AT} composed ORDER BY repo");
    tx.query(&sql, vec![number.into()]).await?.iter().map(read_line).collect()
}

/// All source lines of a revision with their fragments, ordered by repo; of the newest one if no number is given. A
/// lost or damaged fragment is `None`.
pub async fn stored(
    tx: &mut impl Transaction,
    number: Option<u64>,
) -> Result<Vec<(SourceLine, Option<Stored>)>, StoreError> {
    let (from, parameters): (&str, Vec<Value>) = match number {
        None => ("composition", Vec::new()),
        Some(number) => (COMPOSITION_AT, vec![number.into()]),
    };
    let line = "c.repo, c.url, c.domain, c.required, c.index_digest, c.capability_count, c.via";
    let sql = format!(
        "SELECT {line}, {STORED} FROM {from} c LEFT JOIN fragments f
         ON f.digest = c.index_digest AND f.repo = c.repo AND f.domain = c.domain ORDER BY c.repo"
    );
    let rows = match tx.try_query(&sql, parameters.clone()).await {
        Ok(rows) => rows,
        // One damaged page makes the whole statement fail, although the lines may be intact.
        Err(_) => tx.query(&format!("SELECT {line} FROM {from} c ORDER BY c.repo"), parameters).await?,
    };
    let read = |row: &Row| {
        let mut row = Reader::of(row);
        Ok((read_next_line(&mut row)?, fragments::stored(&mut row)))
    };
    rows.iter().map(read).collect()
}

/// The oldest verification time among the sources of the newest revision that match the filter; `None` if none does.
pub async fn verified_at(database: &impl Database, filter: &Filter) -> Result<Option<Seconds>, StoreError> {
    let mut parameters = Vec::new();
    let only = restriction(filter, &mut parameters);
    let sql =
        format!("SELECT min(s.verified_at) FROM composition c JOIN source_state s ON s.repo = c.repo WHERE {only}");
    database.query(&sql, parameters).await?.first().map_or(Ok(None), |row| row.optional_integer())
}

/// The filter as a condition on a composition `c`; its names become additional parameters.
fn restriction(filter: &Filter, parameters: &mut Vec<Value>) -> String {
    let mut conditions = vec!["1 = 1".to_owned()];
    for (column, names) in [("c.domain", &filter.domain), ("c.repo", &filter.repo)] {
        if let Some(names) = names {
            // SQL has no empty list; the empty string matches no name.
            let names: Vec<&str> = if names.is_empty() { vec![""] } else { names.iter().map(String::as_str).collect() };
            conditions.push(format!("{column} IN ({})", placeholders(parameters.len() + 1, names.len())));
            parameters.extend(names.into_iter().map(Value::from));
        }
    }
    conditions.join(" AND ")
}
