//! Counts what an address may do only a limited number of times per minute: exact across instances, with a limited number of rows and writes.

use crate::database::{Database, Row, Transaction as _, Value, write_with};
use crate::{StoreError, row::Reader, tallies};
use federation::time::{CLOCK_TOLERANCE, Seconds};

/// Length of a counting window, in seconds.
const WINDOW: Seconds = 60;
/// What is counted, and how much of it is allowed in a window.
#[derive(Debug)]
pub struct Attempts {
    /// Prefix of the keys of its rows.
    prefix: &'static str,
    /// From one address.
    pub of_one: i64,
    /// From all addresses together. Further ones are refused without a write, so this also limits the rows.
    pub of_all: i64,
    tally: Option<&'static str>,
}

/// Requests with an invalid token.
pub static INVALID_TOKENS: Attempts =
    Attempts { prefix: "", of_one: 30, of_all: 300, tally: Some(tallies::INVALID_TOKENS) };

/// Indexes that are sent to be checked, without a token.
pub static CHECKS: Attempts = Attempts { prefix: "check ", of_one: 10, of_all: 60, tally: None };

/// Identities that are refused.
pub static EXCHANGES: Attempts = Attempts { prefix: "exchange ", of_one: 30, of_all: 300, tally: None };

const COUNTED: &str = "SELECT address, failures, since FROM auth_failures
     WHERE (address = $1 OR address = $2) AND since > $3 AND since <= $4";

/// Counts an attempt of `address`. If there are too many, it writes nothing and returns the
/// seconds until the next one is allowed.
pub async fn count(
    database: &impl Database,
    attempts: &Attempts,
    address: &str,
    now: Seconds,
) -> Result<Option<Seconds>, StoreError> {
    // No address equals the key of the total.
    let (one, all) = (format!("{}{address}", attempts.prefix), format!("{}*", attempts.prefix));
    let parameters = || -> Vec<Value> {
        vec![one.as_str().into(), all.as_str().into(), (now - WINDOW).into(), (now + CLOCK_TOLERANCE).into()]
    };
    let too_many = |rows: &[Row]| -> Result<Option<Seconds>, StoreError> {
        let mut wait = None;
        for row in rows {
            let mut row = Reader::of(row);
            let limit = if row.text()? == all { attempts.of_all } else { attempts.of_one };
            if row.integer()? >= limit {
                wait = wait.max(Some((row.integer()? + WINDOW - now).min(WINDOW)));
            }
        }
        Ok(wait)
    };
    // Most excess attempts are detected by this read, without blocking a writer.
    if let Some(wait) = too_many(&database.query(COUNTED, parameters()).await?)? {
        return Ok(Some(wait));
    }
    write_with(database, async |tx| {
        if let Some(wait) = too_many(&tx.query(COUNTED, parameters()).await?)? {
            return Ok(Some(wait));
        }
        // Expired windows, and those left in the future by a clock that was set back.
        tx.query(
            "DELETE FROM auth_failures WHERE since <= $1 OR since > $2",
            vec![(now - WINDOW).into(), (now + CLOCK_TOLERANCE).into()],
        )
        .await?;
        for counted in [&one, &all] {
            tx.query(
                "INSERT INTO auth_failures (address, since, failures) VALUES ($1, $2, 1)
             ON CONFLICT (address) DO UPDATE SET failures = auth_failures.failures + 1",
                vec![counted.as_str().into(), now.into()],
            )
            .await?;
        }
        if let Some(tally) = attempts.tally {
            tallies::count(tx, tally, 1).await?;
        }
        Ok(None)
    })
    .await
}
