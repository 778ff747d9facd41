//! Hosts that requested a pause, shared by all instances, so that the next refresh respects it.

use crate::database::Transaction;
use crate::{StoreError, row::Reader};
use federation::fetch::HostPauses;
use federation::time::Seconds;

/// Migration step: creates the table of hosts that asked for fewer requests.
pub(super) const TABLE: &str = "CREATE TABLE quiet_hosts (host TEXT PRIMARY KEY NOT NULL, until INTEGER NOT NULL)";

/// Maximum number of hosts that are stored. A redirect may lead to any host, so nothing else limits their number.
const MAX_HOSTS: usize = 1000;

/// All hosts that requested a pause, with its end.
pub async fn hosts(tx: &mut impl Transaction) -> Result<HostPauses, StoreError> {
    let mut quiet = HostPauses::default();
    for row in tx.query("SELECT host, until FROM quiet_hosts", Vec::new()).await? {
        let mut row = Reader::of(&row);
        quiet.add(row.string()?, row.integer()?);
    }
    Ok(quiet)
}

/// Stores a pause of `host`, and deletes expired ones.
pub async fn pause(tx: &mut impl Transaction, host: &str, until: Seconds, now: Seconds) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO quiet_hosts (host, until) VALUES ($1, $2) ON CONFLICT (host) DO UPDATE SET until = excluded.until",
        vec![host.into(), until.into()],
    )
    .await?;
    tx.query(
        "DELETE FROM quiet_hosts WHERE until <= $1
         OR host NOT IN (SELECT host FROM quiet_hosts ORDER BY until DESC, host LIMIT $2)",
        vec![now.into(), MAX_HOSTS.into()],
    )
    .await?;
    Ok(())
}
