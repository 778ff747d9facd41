//! Hosts that asked to be left alone: kept for all instances, so that the next refresh knows what this one was told.

use crate::database::Transaction;
use crate::{StoreError, row::Columns as _};
use federation::fetch::Quiet;
use federation::time::Seconds;

/// Step of the schema.
pub(super) const TABLE: &str = "CREATE TABLE quiet_hosts (host TEXT PRIMARY KEY NOT NULL, until INTEGER NOT NULL)";

/// Most hosts that are kept. A redirect may lead anywhere, so that there is no other bound on them.
const MOST: usize = 1000;

/// Every host that asked, and until when.
pub async fn hosts(tx: &mut impl Transaction) -> Result<Quiet, StoreError> {
    let mut quiet = Quiet::default();
    for row in tx.query("SELECT host, until FROM quiet_hosts", Vec::new()).await? {
        quiet.add(row.text(0)?.to_owned(), row.integer(1)?);
    }
    Ok(quiet)
}

/// Leaves `host` alone until then, and forgets those whose time is over.
pub async fn keep(tx: &mut impl Transaction, host: &str, until: Seconds, now: Seconds) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO quiet_hosts (host, until) VALUES ($1, $2) ON CONFLICT (host) DO UPDATE SET until = excluded.until",
        vec![host.into(), until.into()],
    )
    .await?;
    tx.query(
        "DELETE FROM quiet_hosts WHERE until <= $1
         OR host NOT IN (SELECT host FROM quiet_hosts ORDER BY until DESC, host LIMIT $2)",
        vec![now.into(), MOST.into()],
    )
    .await?;
    Ok(())
}
