//! Tokens that were issued in exchange for identities of CI, and the keys of their issuers.

use crate::database::{Database, Transaction, Value, write_with};
use crate::row::{Reader, SoleColumn as _};
use crate::{StoreError, revisions};
use federation::digest::Digest;
use federation::provenance::Provenance;
use federation::time::{CLOCK_TOLERANCE, Seconds, is_beyond};

/// Migration step: creates the tables of exchanged tokens and of the keys of issuers.
pub(super) const TABLES: &[&str] = &[
    // A row stays until neither the token nor the identity that it was given for is valid. Its `actor` is a name in events, and means the
    // same without the row.
    "CREATE TABLE exchanged_tokens (
        digest TEXT PRIMARY KEY NOT NULL, used TEXT NOT NULL UNIQUE, repo TEXT NOT NULL, actor TEXT NOT NULL,
        provenance TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, kept_until INTEGER NOT NULL)",
    "CREATE INDEX exchanged_tokens_kept ON exchanged_tokens (kept_until)",
    "CREATE INDEX exchanged_tokens_of ON exchanged_tokens (repo)",
    "CREATE TABLE issuer_keys (issuer TEXT PRIMARY KEY NOT NULL, keys TEXT, fetched_at INTEGER, asked_at INTEGER NOT NULL)",
    revisions::COMMITS,
];

/// Maximum rows per repo: the identities that its CI may exchange while they are valid.
const MAX_TOKENS_PER_REPO: i64 = 500;
/// Minimum interval between two requests for an issuer's keys, in seconds.
pub const KEYS_PAUSE: Seconds = 60;

/// A token that was issued in exchange for an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanged {
    /// The only repo that it may write.
    pub repo: String,
    /// Who writes: `ci:` and the repository.
    pub actor: String,
    /// The commit that it was issued for.
    pub provenance: Provenance,
    /// When it was issued.
    pub created_at: Seconds,
    /// When it expires.
    pub expires_at: Seconds,
}

/// The result of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangeOutcome {
    /// The token is valid from now on.
    New,
    /// The identity was exchanged before.
    Repeated,
    /// The repo has too many tokens.
    TooMany,
}

/// Adds the token with this secret, for the identity recognised by `used` until `until`.
pub async fn insert(
    tx: &mut impl Transaction,
    new: &Exchanged,
    secret: &Digest,
    used: &Digest,
    until: Seconds,
) -> Result<ExchangeOutcome, StoreError> {
    tx.query("DELETE FROM exchanged_tokens WHERE kept_until < $1", vec![new.created_at.into()]).await?;
    let kept = "SELECT count(*) FROM exchanged_tokens WHERE repo = $1";
    let kept = tx.query(kept, vec![new.repo.as_str().into()]).await?;
    if kept.first().map_or(Ok(0), |row| row.integer())? >= MAX_TOKENS_PER_REPO {
        return Ok(ExchangeOutcome::TooMany);
    }
    let provenance = serde_json::to_string(&new.provenance).map_err(|e| StoreError::Unreadable(e.to_string()))?;
    let rows = tx
        .query(
            "INSERT INTO exchanged_tokens (digest, used, repo, actor, provenance, created_at, expires_at, kept_until)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING repo",
            vec![
                secret.as_str().into(),
                used.as_str().into(),
                new.repo.as_str().into(),
                new.actor.as_str().into(),
                provenance.into(),
                new.created_at.into(),
                new.expires_at.into(),
                until.max(new.expires_at).into(),
            ],
        )
        .await?;
    Ok(if rows.is_empty() { ExchangeOutcome::Repeated } else { ExchangeOutcome::New })
}

/// The token whose secret has this digest, valid or expired.
pub async fn find(database: &impl Database, secret: &Digest) -> Result<Option<Exchanged>, StoreError> {
    let sql = "SELECT repo, actor, provenance, created_at, expires_at FROM exchanged_tokens WHERE digest = $1";
    let rows = database.query(sql, vec![secret.as_str().into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut row = Reader::of(row);
    Ok(Some(Exchanged {
        repo: row.string()?,
        actor: row.string()?,
        provenance: serde_json::from_str(row.text()?).map_err(|e| StoreError::Unreadable(e.to_string()))?,
        created_at: row.integer()?,
        expires_at: row.integer()?,
    }))
}

/// What is known of the keys of an issuer.
#[derive(Clone, Debug)]
pub struct IssuerKeys {
    /// The keys as they were fetched, and when; an empty text if there was no answer. `None` while they are fetched for the first time.
    pub fetched: Option<(String, Seconds)>,
    asked_at: Seconds,
}

impl IssuerKeys {
    /// The keys, unless they are older than this. Keys from the future were fetched before a clock was set back.
    pub fn keys_younger_than(&self, age: Seconds, now: Seconds) -> Option<&str> {
        let (keys, at) = self.fetched.as_ref()?;
        (now - at < age && !is_beyond(*at, now)).then_some(keys.as_str())
    }

    /// Whether the keys were requested less than [`KEYS_PAUSE`] ago. This read spares most callers a write.
    pub fn is_recently_requested(&self, now: Seconds) -> bool {
        now - self.asked_at < KEYS_PAUSE && !is_beyond(self.asked_at, now)
    }
}

/// The keys of an issuer; none if they were never requested.
pub async fn keys(database: &impl Database, issuer: &str) -> Result<Option<IssuerKeys>, StoreError> {
    let sql = "SELECT asked_at, keys, fetched_at FROM issuer_keys WHERE issuer = $1";
    let rows = database.query(sql, vec![issuer.into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut row = Reader::of(row);
    Ok(Some(IssuerKeys { asked_at: row.integer()?, fetched: row.optional(|row| Ok((row.string()?, row.integer()?)))? }))
}

/// Whether the caller is to fetch the keys of an issuer now; then no other caller is, until [`KEYS_PAUSE`] is over.
pub async fn claim_keys(database: &impl Database, issuer: &str, now: Seconds) -> Result<bool, StoreError> {
    let rows = write_with(database, async |tx| tx
        .query(
            "INSERT INTO issuer_keys (issuer, asked_at) VALUES ($1, $2) ON CONFLICT (issuer) DO UPDATE SET asked_at = excluded.asked_at
             WHERE issuer_keys.asked_at <= $3 OR issuer_keys.asked_at > $4 RETURNING issuer",
            vec![issuer.into(), now.into(), (now - KEYS_PAUSE).into(), (now + CLOCK_TOLERANCE).into()],
        )
        .await).await?;
    Ok(!rows.is_empty())
}

/// Records that an issuer without known keys does not respond, so that no request waits for them until the next attempt.
pub async fn note_no_keys(database: &impl Database, issuer: &str, now: Seconds) -> Result<(), StoreError> {
    write_with(database, async |tx| {
        let sql = "UPDATE issuer_keys SET keys = '', fetched_at = $1 WHERE issuer = $2 AND keys IS NULL";
        tx.query(sql, vec![now.into(), issuer.into()]).await?;
        Ok(())
    })
    .await
}

/// Stores the keys of an issuer.
pub async fn save_keys(database: &impl Database, issuer: &str, keys: &str, now: Seconds) -> Result<(), StoreError> {
    write_with(database, async |tx| {
        let parameters: Vec<Value> = vec![keys.into(), now.into(), issuer.into()];
        tx.query("UPDATE issuer_keys SET keys = $1, fetched_at = $2 WHERE issuer = $3", parameters).await?;
        Ok(())
    })
    .await
}
