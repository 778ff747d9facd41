//! Ensures that a restore never lets the transparency log contradict what was signed before.

use super::FileError;
use super::numbers::Published;
use crate::StoreError;
use crate::database::{Database as _, read_with, write_with};
use crate::sqlite::Sqlite;
use crate::transparency::{self, LogState};
use std::path::Path;

/// Continues the log of a restored database. If it is known what was published since the backup, the leaves of that are taken over; otherwise a new history
/// begins. Returns whether one does.
pub(super) async fn continue_log(restored: &Path, replaced: &Path, published: &Published) -> Result<bool, FileError> {
    let database = Sqlite::at(restored);
    if database.query("SELECT history FROM log_identity", Vec::new()).await.is_err() {
        // A database of an older version: its log begins when the hub starts.
        return Ok(false);
    }
    let (state, own) = read(&database).await?;
    let since = match published {
        Published::Known(_) => read(&Sqlite::at(replaced)).await.ok().and_then(|(last, leaves)| {
            let is_same = last.history == state.history && leaves.starts_with(&own);
            is_same.then(|| leaves.into_iter().skip(own.len()))
        }),
        Published::Unknown(_) => None,
    };
    let begins = since.is_none();
    write_with(&database, async |tx| {
        if begins {
            transparency::begin_another(tx).await?;
        }
        for (revision, entry) in since.into_iter().flatten() {
            transparency::append(tx, revision, &entry).await?;
        }
        transparency::extend(tx).await
    })
    .await?;
    Ok(begins)
}

async fn read(database: &Sqlite) -> Result<(LogState, Vec<(u64, String)>), StoreError> {
    read_with(database, async |tx| Ok((transparency::state(tx).await?, transparency::leaves(tx).await?))).await
}
