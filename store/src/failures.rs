//! Counts invalid tokens: exact across instances, with a limited number of rows and writes.

use crate::database::{Database, Row, Transaction as _, Value};
use crate::{StoreError, row::Columns as _, tallies};
use federation::time::{CLOCK_TOLERANCE, Seconds};

/// Length of a counting window, in seconds.
const WINDOW: Seconds = 60;
/// Failures that one address may have per window.
const OF_ONE: i64 = 30;
/// Failures that all addresses together may have per window. Further ones are refused without a
/// write, so this also limits the rows.
const OF_ALL: i64 = 300;
/// The key of the row for all addresses; no address looks like this.
const ALL: &str = "*";

const COUNTED: &str = "SELECT address, failures, since FROM auth_failures
     WHERE (address = $1 OR address = $2) AND since > $3 AND since <= $4";

/// Counts a failure of `address`. If there are too many, it writes nothing and returns the
/// seconds until the next attempt.
pub async fn count(database: &impl Database, address: &str, now: Seconds) -> Result<Option<Seconds>, StoreError> {
    let parameters =
        || -> Vec<Value> { vec![address.into(), ALL.into(), (now - WINDOW).into(), (now + CLOCK_TOLERANCE).into()] };
    // Most excess failures are detected by this read, without blocking a writer.
    if let Some(wait) = too_many(&database.query(COUNTED, parameters()).await?, now)? {
        return Ok(Some(wait));
    }
    let mut tx = database.write().await?;
    if let Some(wait) = too_many(&tx.query(COUNTED, parameters()).await?, now)? {
        return Ok(Some(wait));
    }
    // Expired windows, and those left in the future by a clock that was set back.
    tx.query(
        "DELETE FROM auth_failures WHERE since <= $1 OR since > $2",
        vec![(now - WINDOW).into(), (now + CLOCK_TOLERANCE).into()],
    )
    .await?;
    for counted in [address, ALL] {
        tx.query(
            "INSERT INTO auth_failures (address, since, failures) VALUES ($1, $2, 1)
             ON CONFLICT (address) DO UPDATE SET failures = auth_failures.failures + 1",
            vec![counted.into(), now.into()],
        )
        .await?;
    }
    tallies::count(&mut tx, tallies::INVALID_TOKENS, 1).await?;
    tx.commit().await?;
    Ok(None)
}

fn too_many(rows: &[Row], now: Seconds) -> Result<Option<Seconds>, StoreError> {
    let mut wait = None;
    for row in rows {
        let most = if row.text(0)? == ALL { OF_ALL } else { OF_ONE };
        if row.integer(1)? >= most {
            wait = wait.max(Some((row.integer(2)? + WINDOW - now).min(WINDOW)));
        }
    }
    Ok(wait)
}
