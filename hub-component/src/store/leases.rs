//! Leases: one refresh at a time, across instances and replicas.

use super::{StoreError, row::Columns as _};
use crate::ports::{Database, Transaction};
use federation::time::Seconds;

/// The right to do something alone, for as long as it is renewed.
pub struct Lease {
    name: &'static str,
    holder: String,
}

/// How long a holder that died keeps others away, in seconds; longer than one source may take.
const SECONDS: Seconds = 60;

/// Whether a lease of a refresh until then is held now. One that lasts longer than any is from before the clock was set back.
pub fn is_held(until: Seconds, now: Seconds) -> bool {
    (now + 1..=now + SECONDS).contains(&until)
}

impl Lease {
    /// The lease of a refresh.
    pub fn refresh() -> Self {
        let mut id = [0; 16];
        // Two holders that both got no randomness would share the lease, which costs a fetch too many.
        let _ = getrandom::fill(&mut id);
        Self { name: "refresh", holder: format!("{:032x}", u128::from_be_bytes(id)) }
    }

    /// Takes it. False if somebody else holds it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn acquire(&self, database: &impl Database, now: Seconds) -> Result<bool, StoreError> {
        // Most who come too late find that out by reading, without waiting for the writer.
        let held = database.query("SELECT expires_at FROM leases WHERE name = $1", vec![self.name.into()]).await?;
        if held.first().map_or(Ok(false), |row| row.integer(0).map(|until| is_held(until, now)))? {
            return Ok(false);
        }
        let mut tx = database.write().await?;
        let acquired = take(&mut tx, self.name, &self.holder, now, now + SECONDS).await?;
        tx.commit().await?;
        Ok(acquired)
    }

    /// Keeps it for longer.
    pub async fn renew(&self, tx: &mut impl Transaction, now: Seconds) -> Result<(), StoreError> {
        take(tx, self.name, &self.holder, now, now + SECONDS).await.map(drop)
    }

    /// Gives it back, if it is still held.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release(&self, database: &impl Database) -> Result<(), StoreError> {
        let mut tx = database.write().await?;
        tx.query(
            "DELETE FROM leases WHERE name = $1 AND holder = $2",
            vec![self.name.into(), self.holder.as_str().into()],
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Takes the lease `name` until `until`. False if somebody else holds it; nobody does for longer than that.
pub async fn take(
    tx: &mut impl Transaction,
    name: &str,
    holder: &str,
    now: Seconds,
    until: Seconds,
) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
             WHERE leases.expires_at <= $4 OR leases.expires_at > $5 OR leases.holder = excluded.holder RETURNING name",
            vec![name.into(), holder.into(), until.into(), now.into(), until.into()],
        )
        .await?;
    Ok(!rows.is_empty())
}
