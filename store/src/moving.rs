//! Moves the whole content of one database into another, of whichever kinds they are.
//!
//! No hub begins to use the target until the last row is there: its schema says that a move has begun, which every version of the hub refuses. A hub that
//! already used it goes on, so a target into which one wrote is left as it is.

use crate::database::{Database, Row, Transaction, read_with, write_with};
use crate::migrations::{self, UNFINISHED};
use crate::row::{Reader, SoleColumn as _};
use crate::sqlite::Sqlite;
use crate::statement::Statement;
use crate::{StoreError, revisions};
use federation::digest::Digest;
use federation::time::Seconds;

/// Maximum number of rows that one statement reads; fewer where rows may be large.
const MAX_ROWS: usize = 500;
const LARGE_ROWS: usize = 8;

/// Maximum number of values that one statement writes.
const MAX_VALUES: usize = 900;

/// Tables without a blob column whose rows may be large as well, because of their texts.
const LARGE: [&str; 4] = ["source_state", "search_postings", "search_entries", "change_pieces"];

/// A table, as the newest schema has it.
struct Table {
    name: String,
    columns: Vec<String>,
    /// The columns by which rows are read in order.
    key: Vec<usize>,
    at_once: usize,
}

/// What was moved.
#[derive(Debug)]
pub struct Moved {
    /// Number of the newest revision and its digest, recomputed from what the target has; `None` before the first.
    pub newest: Option<(u64, Digest)>,
    /// Rows by table, in the order of the schema.
    pub rows: Vec<(String, u64)>,
}

/// Moves everything from one database into another, in one snapshot of the source. `schema` is a database with the newest schema, from
/// which nothing else is read. The source must have that schema as well, and is not changed.
///
/// # Errors
/// [`StoreError::NotEmpty`] if the target has content of its own, which stays and can be used, or those of the databases. An incomplete target is refused
/// by every hub that starts, and accepted here again.
pub async fn move_all(
    schema: &Sqlite,
    from: &impl Database,
    to: &impl Database,
    now: Seconds,
) -> Result<Moved, StoreError> {
    let tables = tables(schema).await?;
    begin(to, now).await?;
    let moved = read_with(from, async |source| {
        migrations::is_newest(source).await?;
        write_with(to, async |target| {
            // A hub that used the target before the move began may have written since. Of an earlier move, nothing is left.
            is_empty(target).await?;
            for table in tables.iter().rev() {
                target.query(&format!("DELETE FROM {}", quoted(&table.name)), Vec::new()).await?;
            }
            let mut rows = Vec::with_capacity(tables.len());
            for table in &tables {
                rows.push((table.name.clone(), copy(table, source, target).await?));
            }
            for (table, copied) in &rows {
                let counts = (count(source, table).await?, count(target, table).await?);
                if counts != (*copied, *copied) {
                    let (there, here) = counts;
                    return Err(StoreError::Unreadable(format!("{table}: {here} rows of {there} were copied")));
                }
            }
            let newest = revisions::newest(target).await?;
            let lines = revisions::composition(target).await?;
            revisions::verify(newest.as_ref(), lines.values())?;
            Ok(Moved { newest: newest.map(|newest| (newest.number, newest.digest)), rows })
        })
        .await
    })
    .await;
    if matches!(moved, Err(StoreError::NotEmpty)) {
        let sql = "DELETE FROM migrations WHERE version = $1";
        write_with(to, async |tx| tx.query(sql, vec![UNFINISHED.into()]).await).await?;
    }
    moved
}

/// Gives the target its schema, and marks it until the move is complete.
async fn begin(to: &impl Database, now: Seconds) -> Result<(), StoreError> {
    match migrations::migrate(to, now).await {
        // An earlier move did not finish.
        Err(StoreError::Unfinished) => return Ok(()),
        migrated => migrated?,
    }
    write_with(to, async |tx| {
        is_empty(tx).await?;
        let sql = "INSERT INTO migrations (version, applied_at, readable_from) VALUES ($1, '', $1)";
        tx.query(sql, vec![UNFINISHED.into()]).await?;
        Ok(())
    })
    .await
}

/// Checks that nobody has written anything. Every write has an event.
async fn is_empty(tx: &mut impl Transaction) -> Result<(), StoreError> {
    for table in ["registrations", "revisions", "tokens", "events", "catalogues"] {
        if count(tx, table).await? > 0 {
            return Err(StoreError::NotEmpty);
        }
    }
    Ok(())
}

/// Copies one table, some rows at a time, and returns the number of rows.
async fn copy(table: &Table, source: &mut impl Transaction, target: &mut impl Transaction) -> Result<u64, StoreError> {
    let (name, columns) = (quoted(&table.name), table.columns.join(", "));
    let key = table.key.iter().filter_map(|at| table.columns.get(*at)).cloned().collect::<Vec<_>>().join(", ");
    let (mut last, mut copied): (Option<Row>, u64) = (None, 0);
    loop {
        let mut select = Statement::default();
        select.push(&format!("SELECT {columns} FROM {name}"));
        if let Some(row) = &last {
            let after = table.key.iter().filter_map(|at| row.get(*at).cloned());
            let after: Vec<String> = after.map(|value| select.bind(value)).collect();
            select.push(&format!(" WHERE ({key}) > ({})", after.join(", ")));
        }
        select.push(&format!(" ORDER BY {key} LIMIT {}", table.at_once));
        let rows = source.query(&select.sql, select.parameters).await?;
        let Some(newest) = rows.last().cloned() else { return Ok(copied) };
        copied += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        last = Some(newest);
        for some in rows.chunks((MAX_VALUES / table.columns.len().max(1)).max(1)) {
            let mut insert = Statement::default();
            insert.push(&format!("INSERT INTO {name} ({columns}) VALUES "));
            insert.push_rows(some.iter().map(|row| row.iter().cloned()));
            target.query(&insert.sql, insert.parameters).await?;
        }
    }
}

async fn count(tx: &mut impl Transaction, table: &str) -> Result<u64, StoreError> {
    let rows = tx.query(&format!("SELECT count(*) FROM {}", quoted(table)), Vec::new()).await?;
    rows.first().map_or(Ok(0), |row| row.count())
}

/// All tables in the order in which the schema creates them, so that a row comes after those that it refers to.
async fn tables(schema: &Sqlite) -> Result<Vec<Table>, StoreError> {
    read_with(schema, async |tx| {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY rowid";
        let mut tables = Vec::new();
        for row in tx.query(sql, Vec::new()).await? {
            let name = row.text()?.to_owned();
            let sql = "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid";
            let columns = tx.query(sql, vec![name.as_str().into()]).await?;
            let (mut names, mut key, mut is_large) = (Vec::new(), Vec::new(), LARGE.contains(&name.as_str()));
            for (at, column) in columns.iter().enumerate() {
                let mut column = Reader::of(column);
                names.push(quoted(column.text()?));
                is_large |= column.text()? == "BLOB";
                key.extend(Some((column.integer()?, at)).filter(|(position, _)| *position > 0));
            }
            key.sort_unstable();
            // A table without a key has only one row.
            let all = 0..columns.len();
            let key = if key.is_empty() { all.collect() } else { key.into_iter().map(|(_, at)| at).collect() };
            tables.push(Table { name, columns: names, key, at_once: if is_large { LARGE_ROWS } else { MAX_ROWS } });
        }
        Ok(tables)
    })
    .await
}

/// A name that may be a word of one of the dialects.
fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}
