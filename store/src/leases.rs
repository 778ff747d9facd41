//! Leases: only one refresh at a time, across instances and replicas.

use crate::database::{Database, Transaction, write_with};
use crate::{
    StoreError,
    row::{Reader, SoleColumn as _},
};
use federation::digest::Digest;
use federation::time::{CLOCK_TOLERANCE, Seconds};

/// An exclusive right, valid as long as it is renewed.
pub struct Lease {
    name: String,
    holder: String,
}

/// Content that a former holder was validating or publishing when it ended.
pub struct AbortedWork {
    /// The lease of that holder.
    lease: String,
    /// The name of the source.
    pub repo: String,
    /// Digest of the content.
    pub digest: Digest,
}

/// Migration step: adds what the holder of a lease is judging. Empty while nothing is being validated or published, otherwise the digest and the repo, one source per line.
pub(super) const JUDGING: &[&str] = &["ALTER TABLE leases ADD COLUMN judging TEXT NOT NULL DEFAULT ''"];

/// How long the lease of a holder that died blocks others, in seconds; longer than one source may take.
const SECONDS: Seconds = 60;

/// Whether a refresh lease with this expiry time is held now. A lease longer than any valid one, allowing for clock
/// differences, dates from before a clock was set back.
pub fn is_held(until: Seconds, now: Seconds) -> bool {
    let [from, to] = held_until(now);
    (from..=to).contains(&until)
}

/// The range of expiry times of leases that are held now.
pub(super) fn held_until(now: Seconds) -> [Seconds; 2] {
    [now + 1, now + SECONDS + CLOCK_TOLERANCE]
}

/// Selects the lease of the registration `r`, if it is held: its expiry time is between `$4` and
/// `$5`, given by [`held_until`].
pub(super) const LIVE_SOURCE_LEASE: &str =
    "SELECT 1 FROM leases l WHERE l.name = 'source:' || r.repo AND l.expires_at >= $4 AND l.expires_at <= $5";

/// The status of a lease that someone else may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseState {
    /// The lease is held.
    Taken,
    /// The lease expired without being released.
    Expired,
    /// The lease was never held, or was released.
    Free,
}

impl Lease {
    /// The lease for a refresh of many sources.
    pub fn refresh() -> Self {
        Self::new("refresh".to_owned())
    }

    /// The lease for a refresh of this source alone.
    pub fn source(repo: &str) -> Self {
        Self::new(of_source(repo))
    }

    /// The lease for a refresh of this catalogue.
    pub fn catalogue(name: &str) -> Self {
        Self::new(format!("catalogue:{name}"))
    }

    /// The lease for following this upstream.
    pub fn upstream(name: &str) -> Self {
        Self::new(format!("upstream:{name}"))
    }

    /// The lease for following a primary.
    pub fn mirror() -> Self {
        Self::new("mirror".to_owned())
    }

    fn new(name: String) -> Self {
        let mut id = [0; 16];
        // Without randomness two holders could share the lease, which only costs an extra fetch.
        let _ = getrandom::fill(&mut id);
        Self { name, holder: format!("{:032x}", u128::from_be_bytes(id)) }
    }

    /// Acquires the lease. Returns false if someone else holds it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn acquire(&self, database: &impl Database, now: Seconds) -> Result<bool, StoreError> {
        // Most unsuccessful attempts are detected by this read, without waiting for the writer.
        if self.state(database, now).await? == LeaseState::Taken {
            return Ok(false);
        }
        let acquired =
            write_with(database, async |tx| take(tx, &self.name, &self.holder, now, now + SECONDS).await).await?;
        Ok(acquired)
    }

    /// Renews the lease, with nothing being validated or published.
    pub async fn renew(&self, tx: &mut impl Transaction, now: Seconds) -> Result<(), StoreError> {
        self.mark(tx, "", now).await
    }

    /// Records durably which content, of which repos, the holder validates or publishes from now on, so that an abort is detected.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn judge(
        &self,
        database: &impl Database,
        judged: &[(&Digest, &str)],
        now: Seconds,
    ) -> Result<(), StoreError> {
        let lines: Vec<String> = judged.iter().map(|(digest, repo)| format!("{digest} {repo}")).collect();
        write_with(database, async |tx| {
            self.mark(tx, &lines.join("\n"), now).await?;
            Ok(())
        })
        .await
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

    /// The content being validated or published by former holders of this lease, and by holders of leases that have expired.
    pub async fn ended(&self, tx: &mut impl Transaction, now: Seconds) -> Result<Vec<AbortedWork>, StoreError> {
        let rows = tx.query("SELECT name, expires_at, judging FROM leases WHERE judging <> ''", Vec::new()).await?;
        let mut ended = Vec::new();
        for row in rows {
            let mut row = Reader::of(&row);
            let (lease, expires_at, judging) = (row.text()?, row.integer()?, row.text()?);
            if lease != self.name && is_held(expires_at, now) {
                continue;
            }
            for (digest, repo) in judging.lines().filter_map(|line| line.split_once(' ')) {
                let digest = Digest::parse(digest);
                ended.extend(digest.map(|digest| AbortedWork {
                    lease: lease.to_owned(),
                    repo: repo.to_owned(),
                    digest,
                }));
            }
        }
        Ok(ended)
    }

    /// Releases the lease, if it is still held.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn release(&self, database: &impl Database) -> Result<(), StoreError> {
        write_with(database, async |tx| {
            tx.query(
                "DELETE FROM leases WHERE name = $1 AND holder = $2",
                vec![self.name.as_str().into(), self.holder.as_str().into()],
            )
            .await?;
            Ok::<_, StoreError>(())
        })
        .await?;
        Ok(())
    }

    /// The status of the lease.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn state(&self, database: &impl Database, now: Seconds) -> Result<LeaseState, StoreError> {
        let sql = "SELECT expires_at FROM leases WHERE name = $1";
        let rows = database.query(sql, vec![self.name.as_str().into()]).await?;
        let Some(row) = rows.first() else { return Ok(LeaseState::Free) };
        Ok(if is_held(row.integer()?, now) { LeaseState::Taken } else { LeaseState::Expired })
    }
}

impl AbortedWork {
    /// Clears the record of the validation.
    pub async fn forget(&self, tx: &mut impl Transaction) -> Result<(), StoreError> {
        tx.query("UPDATE leases SET judging = '' WHERE name = $1", vec![self.lease.as_str().into()]).await?;
        Ok(())
    }
}

/// Deletes the lease of a source that is no longer registered.
pub(super) async fn drop_of_source(tx: &mut impl Transaction, repo: &str) -> Result<(), StoreError> {
    tx.query("DELETE FROM leases WHERE name = $1", vec![of_source(repo).into()]).await?;
    Ok(())
}

fn of_source(repo: &str) -> String {
    format!("source:{repo}")
}

/// Acquires the lease `name` until `until`. Returns false if someone else holds it. A lease longer than that, allowing
/// for clock differences, is not held.
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
