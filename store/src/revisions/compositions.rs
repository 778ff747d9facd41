//! What a revision is composed of.

use super::{LINE, read_line};
use crate::StoreError;
use crate::database::{Database, Transaction, Value};
use crate::fragments::{self, STORED, Stored};
use crate::row::{Columns as _, placeholders};
use federation::compose::{Filter, SourceLine};
use federation::time::Seconds;
use std::collections::BTreeMap;

/// Source lines by repo of the newest revision.
pub async fn composition(tx: &mut impl Transaction) -> Result<BTreeMap<String, SourceLine>, StoreError> {
    let rows = tx.query(&format!("SELECT {LINE} FROM composition ORDER BY repo"), Vec::new()).await?;
    rows.iter().map(|row| read_line(row).map(|line| (line.repo.clone(), line))).collect()
}

/// The composition of a kept revision, whose number is `$1`: for every repo the newest change up to it.
pub(crate) const AT: &str = "(SELECT s.* FROM revision_sources s WHERE s.index_digest <> '' AND s.revision =
     (SELECT max(x.revision) FROM revision_sources x WHERE x.repo = s.repo AND x.revision <= $1))";

/// Source lines of a kept revision, ordered by repo.
pub async fn lines_at(tx: &mut impl Transaction, number: u64) -> Result<Vec<SourceLine>, StoreError> {
    let sql = format!("SELECT {LINE} FROM {AT} composed ORDER BY repo");
    tx.query(&sql, vec![number.into()]).await?.iter().map(read_line).collect()
}

/// Every source line of a revision with its fragment, ordered by repo; of the newest one if no number is given. A fragment that is lost or
/// damaged is `None`.
pub async fn stored(
    tx: &mut impl Transaction,
    number: Option<u64>,
) -> Result<Vec<(SourceLine, Option<Stored>)>, StoreError> {
    let (from, parameters): (&str, Vec<Value>) = match number {
        None => ("composition", Vec::new()),
        Some(number) => (AT, vec![number.into()]),
    };
    let line = "c.repo, c.url, c.domain, c.required, c.index_digest, c.capability_count";
    let sql = format!(
        "SELECT {line}, {STORED} FROM {from} c LEFT JOIN fragments f
         ON f.digest = c.index_digest AND f.repo = c.repo AND f.domain = c.domain ORDER BY c.repo"
    );
    let rows = match tx.query(&sql, parameters.clone()).await {
        Ok(rows) => rows,
        // One damaged page fails the whole statement; the lines may be whole.
        Err(_) => tx.query(&format!("SELECT {line} FROM {from} c ORDER BY c.repo"), parameters).await?,
    };
    rows.iter().map(|row| Ok((read_line(row)?, fragments::stored(row, 6)))).collect()
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
        if let Some(names) = names {
            // SQL has no empty list; no name is empty either.
            let names: Vec<&str> = if names.is_empty() { vec![""] } else { names.iter().map(String::as_str).collect() };
            conditions.push(format!("{column} IN ({})", placeholders(parameters.len() + 1, names.len())));
            parameters.extend(names.into_iter().map(Value::from));
        }
    }
    conditions.join(" AND ")
}
