//! The repositories of catalogues.

use crate::database::{Row, Transaction, Value};
use crate::statement::Statement;
use crate::{StoreError, row::Reader, row::placeholders};
use federation::catalogue::{Known, Skipped, Todo};
use std::collections::HashMap;

/// Repositories that one statement reads or writes: each takes a few kilobytes at most.
const ROWS_PER_STATEMENT: usize = 200;

const COLUMNS: &str = "member, repo, probed, absent_since, skipped, todo";

fn read(row: &Row) -> Result<Known, StoreError> {
    let mut row = Reader::of(row);
    let member = serde_json::from_str(row.text()?).map_err(|e| StoreError::Unreadable(format!("a member: {e}")))?;
    let (repo, probed) = (row.optional(Reader::string)?, row.optional(Reader::string)?);
    let absent_since = row.optional(Reader::integer)?;
    Ok(Known { member, repo, probed, absent_since, skipped: skipped(row.text()?), todo: Todo::parse(row.text()?) })
}

fn skipped(text: &str) -> Option<Skipped> {
    Skipped::ALL.into_iter().find(|why| why.as_str() == text)
}

/// All repositories of a catalogue, by id.
pub async fn known(tx: &mut impl Transaction, catalogue: &str) -> Result<HashMap<String, Known>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM catalogue_members WHERE catalogue = $1 AND id > $2 ORDER BY id LIMIT {ROWS_PER_STATEMENT}"
    );
    let (mut all, mut after) = (HashMap::new(), String::new());
    loop {
        let rows = tx.query(&sql, vec![catalogue.into(), after.as_str().into()]).await?;
        for row in &rows {
            let known = read(row)?;
            after.clone_from(&known.member.id);
            all.insert(known.member.id.clone(), known);
        }
        if rows.len() < ROWS_PER_STATEMENT {
            return Ok(all);
        }
    }
}

/// Up to `limit` repositories of a catalogue with one of these tasks, ordered by id.
pub async fn pending(
    tx: &mut impl Transaction,
    catalogue: &str,
    todo: &[Todo],
    limit: usize,
) -> Result<Vec<Known>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM catalogue_members WHERE catalogue = $1 AND todo IN ({}) ORDER BY id LIMIT {limit}",
        placeholders(2, todo.len())
    );
    let todo = todo.iter().map(|todo| todo.as_str().into());
    tx.query(&sql, std::iter::once(catalogue.into()).chain(todo).collect()).await?.iter().map(read).collect()
}

/// Whether a repository of the catalogue has one of these tasks.
pub async fn has_pending(tx: &mut impl Transaction, catalogue: &str, todo: &[Todo]) -> Result<bool, StoreError> {
    Ok(!pending(tx, catalogue, todo, 1).await?.is_empty())
}

/// Stores repositories of a catalogue.
pub async fn save(tx: &mut impl Transaction, catalogue: &str, members: &[Known]) -> Result<(), StoreError> {
    for members in members.chunks(ROWS_PER_STATEMENT) {
        let mut rows: Vec<[Value; 8]> = Vec::with_capacity(members.len());
        for known in members {
            let json = serde_json::to_string(&known.member).map_err(|e| StoreError::Unreadable(e.to_string()))?;
            let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
            rows.push([
                catalogue.into(),
                known.member.id.as_str().into(),
                json.into(),
                text(&known.repo),
                text(&known.probed),
                known.absent_since.into(),
                known.skipped.map_or("", Skipped::as_str).into(),
                known.todo.map_or("", Todo::as_str).into(),
            ]);
        }
        let mut s = Statement::default();
        s.push(
            "INSERT INTO catalogue_members (catalogue, id, member, repo, probed, absent_since, skipped, todo) VALUES ",
        );
        s.push_rows(rows);
        s.push(
            " ON CONFLICT (catalogue, id) DO UPDATE SET member = excluded.member, repo = excluded.repo, probed = excluded.probed,
             absent_since = excluded.absent_since, skipped = excluded.skipped, todo = excluded.todo",
        );
        tx.query(&s.sql, s.parameters).await?;
    }
    Ok(())
}

/// Forgets repositories of a catalogue.
pub async fn forget(tx: &mut impl Transaction, catalogue: &str, ids: &[String]) -> Result<(), StoreError> {
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let sql =
            format!("DELETE FROM catalogue_members WHERE catalogue = $1 AND id IN ({})", placeholders(2, ids.len()));
        let ids = ids.iter().map(|id| id.as_str().into());
        tx.query(&sql, std::iter::once(catalogue.into()).chain(ids).collect()).await?;
    }
    Ok(())
}

/// Adapts a catalogue to another forge: its registered repositories are recognised by name until they are listed there, the others are forgotten.
pub async fn on_another_forge(tx: &mut impl Transaction, catalogue: &str) -> Result<(), StoreError> {
    let there = known(tx, catalogue).await?.into_values().filter_map(Known::on_another_forge);
    let there: Vec<Known> = there.collect();
    remove_all(tx, catalogue).await?;
    save(tx, catalogue, &there).await
}

/// Whether a repository of any catalogue has this registration.
pub async fn has(tx: &mut impl Transaction, repo: &str) -> Result<bool, StoreError> {
    Ok(!tx.query("SELECT 1 FROM catalogue_members WHERE repo = $1 LIMIT 1", vec![repo.into()]).await?.is_empty())
}

/// How many repositories of a catalogue are registered, and how many are not, by reason. Those without a reason have yet to be probed.
pub async fn counts(
    tx: &mut impl Transaction,
    catalogue: &str,
) -> Result<(usize, Vec<(Option<Skipped>, usize)>), StoreError> {
    let sql = "SELECT skipped, count(repo), count(*) FROM catalogue_members WHERE catalogue = $1 GROUP BY skipped";
    let (mut registered, mut others) = (0, Vec::new());
    for row in tx.query(sql, vec![catalogue.into()]).await? {
        let mut row = Reader::of(&row);
        let (why, with, all): (_, usize, usize) = (skipped(row.text()?), row.count()?, row.count()?);
        registered += with;
        others.push((why, all - with));
    }
    Ok((registered, others))
}

/// Up to `limit` repositories of a catalogue that are not registered although they have an index or might have one, and why. Ordered by id.
pub async fn skipped_ones(
    tx: &mut impl Transaction,
    catalogue: &str,
    limit: usize,
) -> Result<Vec<(String, Skipped)>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM catalogue_members WHERE catalogue = $1 AND repo IS NULL AND skipped IN ($2, $3, $4) ORDER BY id LIMIT {limit}"
    );
    let why = [Skipped::Name, Skipped::Taken, Skipped::Invalid].map(|why| why.as_str().into());
    let rows = tx.query(&sql, std::iter::once(catalogue.into()).chain(why).collect()).await?;
    let known = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(known.into_iter().filter_map(|known| Some((known.member.name, known.skipped?))).collect())
}

/// Deletes what is known about the repositories of a catalogue.
pub(super) async fn remove_all(tx: &mut impl Transaction, catalogue: &str) -> Result<(), StoreError> {
    tx.query("DELETE FROM catalogue_members WHERE catalogue = $1", vec![catalogue.into()]).await?;
    Ok(())
}

/// Records that the registration of a repository has another name, or was removed.
pub(super) async fn rename(tx: &mut impl Transaction, from: &str, to: Option<&str>) -> Result<(), StoreError> {
    let to = to.map_or(Value::Null, Value::from);
    tx.query("UPDATE catalogue_members SET repo = $1 WHERE repo = $2", vec![to, from.into()]).await?;
    Ok(())
}
