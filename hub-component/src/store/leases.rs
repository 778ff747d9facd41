//! Leases: one refresh at a time, across instances and replicas.

use super::StoreError;
use crate::ports::Transaction;
use federation::time::Seconds;

/// Takes the lease `name` until `expires_at`. False if somebody else holds it.
pub async fn acquire(
    tx: &mut impl Transaction,
    name: &str,
    holder: &str,
    now: Seconds,
    expires_at: Seconds,
) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
             WHERE leases.expires_at <= $4 OR leases.holder = excluded.holder RETURNING name",
            vec![name.into(), holder.into(), expires_at.into(), now.into()],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Gives the lease back, if it is still held.
pub async fn release(tx: &mut impl Transaction, name: &str, holder: &str) -> Result<(), StoreError> {
    tx.query("DELETE FROM leases WHERE name = $1 AND holder = $2", vec![name.into(), holder.into()]).await?;
    Ok(())
}
