//! Leases: one refresh at a time, across instances and replicas.

use crate::database::{Database, Transaction};
use crate::{StoreError, row::Columns as _};
use federation::digest::Digest;
use federation::time::{CLOCK_TOLERANCE, Seconds};

/// The right to do something alone, for as long as it is renewed.
pub struct Lease {
    name: String,
    holder: String,
}

/// What a holder that is gone was judging when it went.
pub struct Ended {
    /// The lease under which it did so.
    lease: String,
    /// The source.
    pub repo: String,
    /// The content.
    pub digest: Digest,
}

/// Step of the schema. Empty while nothing is judged, else the digest and the repo.
pub(super) const JUDGING: &[&str] = &["ALTER TABLE leases ADD COLUMN judging TEXT NOT NULL DEFAULT ''"];

/// How long a holder that died keeps others away, in seconds; longer than one source may take.
const SECONDS: Seconds = 60;

/// Whether a lease of a refresh until then is held now. One that lasts longer than any, by clocks that may differ, is from before a clock
/// was set back.
pub fn is_held(until: Seconds, now: Seconds) -> bool {
    let [from, to] = held_until(now);
    (from..=to).contains(&until)
}

/// From when to when a lease lasts that is held now.
pub(super) fn held_until(now: Seconds) -> [Seconds; 2] {
    [now + 1, now + SECONDS + CLOCK_TOLERANCE]
}

/// The lease of the registration `r`, if it is held: between `$4` and `$5`, which [`held_until`] gives.
pub(super) const OF_SOURCE: &str =
    "SELECT 1 FROM leases l WHERE l.name = 'source:' || r.repo AND l.expires_at >= $4 AND l.expires_at <= $5";

/// How a lease stands that somebody else may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Somebody holds it.
    Held,
    /// Its holder has not given it back, and its time is over.
    Expired,
    /// Nobody holds it, or whoever did has given it back.
    Free,
}

impl Lease {
    /// The lease of a refresh of many sources.
    pub fn refresh() -> Self {
        Self::new("refresh".to_owned())
    }

    /// The lease of a refresh of this source alone.
    pub fn source(repo: &str) -> Self {
        Self::new(of_source(repo))
    }

    fn new(name: String) -> Self {
        let mut id = [0; 16];
        // Two holders that both got no randomness would share the lease, which costs a fetch too many.
        let _ = getrandom::fill(&mut id);
        Self { name, holder: format!("{:032x}", u128::from_be_bytes(id)) }
    }

    /// Takes it. False if somebody else holds it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn acquire(&self, database: &impl Database, now: Seconds) -> Result<bool, StoreError> {
        // Most who come too late find that out by reading, without waiting for the writer.
        if self.standing(database, now).await? == Standing::Held {
            return Ok(false);
        }
        let mut tx = database.write().await?;
        let acquired = take(&mut tx, &self.name, &self.holder, now, now + SECONDS).await?;
        tx.commit().await?;
        Ok(acquired)
    }

    /// Keeps it for longer, with nothing being judged.
    pub async fn renew(&self, tx: &mut impl Transaction, now: Seconds) -> Result<(), StoreError> {
        self.mark(tx, "", now).await
    }

    /// Says, durably, what its holder judges from now on, so that it is known if the holder does not get to the end of it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn judge(
        &self,
        database: &impl Database,
        repo: &str,
        digest: &Digest,
        now: Seconds,
    ) -> Result<(), StoreError> {
        let mut tx = database.write().await?;
        self.mark(&mut tx, &format!("{digest} {repo}"), now).await?;
        Ok(tx.commit().await?)
    }

    async fn mark(&self, tx: &mut impl Transaction, judging: &str, now: Seconds) -> Result<(), StoreError> {
        take(tx, &self.name, &self.holder, now, now + SECONDS).await?;
        tx.query(
            "UPDATE leases SET judging = $1 WHERE name = $2 AND holder = $3",
            vec![judging.into(), self.name.as_str().into(), self.holder.as_str().into()],
        )
        .await?;
        Ok(())
    }

    /// What was being judged by those who held this lease before, and by those whose leases nobody holds any more.
    pub async fn ended(&self, tx: &mut impl Transaction, now: Seconds) -> Result<Vec<Ended>, StoreError> {
        let rows = tx.query("SELECT name, expires_at, judging FROM leases WHERE judging <> ''", Vec::new()).await?;
        let mut ended = Vec::new();
        for row in rows {
            let (lease, judging) = (row.text(0)?, row.text(2)?);
            if lease != self.name && is_held(row.integer(1)?, now) {
                continue;
            }
            let read = judging.split_once(' ').and_then(|(digest, repo)| Some((Digest::parse(digest)?, repo)));
            ended.extend(read.map(|(digest, repo)| Ended { lease: lease.to_owned(), repo: repo.to_owned(), digest }));
        }
        Ok(ended)
    }

    /// Gives it back, if it is still held.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release(&self, database: &impl Database) -> Result<(), StoreError> {
        let mut tx = database.write().await?;
        tx.query(
            "DELETE FROM leases WHERE name = $1 AND holder = $2",
            vec![self.name.as_str().into(), self.holder.as_str().into()],
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// How it stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn standing(&self, database: &impl Database, now: Seconds) -> Result<Standing, StoreError> {
        let sql = "SELECT expires_at FROM leases WHERE name = $1";
        let rows = database.query(sql, vec![self.name.as_str().into()]).await?;
        let Some(row) = rows.first() else { return Ok(Standing::Free) };
        Ok(if is_held(row.integer(0)?, now) { Standing::Held } else { Standing::Expired })
    }
}

impl Ended {
    /// Forgets that it was being judged.
    pub async fn forget(&self, tx: &mut impl Transaction) -> Result<(), StoreError> {
        tx.query("UPDATE leases SET judging = '' WHERE name = $1", vec![self.lease.as_str().into()]).await?;
        Ok(())
    }
}

/// Forgets the lease of a source that is no longer registered.
pub(super) async fn drop_of_source(tx: &mut impl Transaction, repo: &str) -> Result<(), StoreError> {
    tx.query("DELETE FROM leases WHERE name = $1", vec![of_source(repo).into()]).await?;
    Ok(())
}

fn of_source(repo: &str) -> String {
    format!("source:{repo}")
}

/// Takes the lease `name` until `until`. False if somebody else holds it; nobody does for longer than that, by clocks that may differ.
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
            vec![name.into(), holder.into(), until.into(), now.into(), (until + CLOCK_TOLERANCE).into()],
        )
        .await?;
    Ok(!rows.is_empty())
}
