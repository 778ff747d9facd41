//! Named tokens. The secret itself is never stored, only its digest.

use crate::database::{Database, Row, Transaction, write_with};
use crate::{StoreError, row::Reader};
use federation::digest::Digest;
use federation::time::Seconds;
use federation::token::Scope;

/// A token without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its name, which is never reused.
    pub name: String,
    /// Its scopes.
    pub scopes: Vec<Scope>,
    /// Free text.
    pub description: String,
    /// When it was created.
    pub created_at: Seconds,
    /// Name of the token that created it.
    pub created_by: String,
    /// When it expires; `None` means only when it is revoked.
    pub expires_at: Option<Seconds>,
    /// When it was last used, to the hour; `None` means never.
    pub last_used_at: Option<Seconds>,
    /// When it was revoked, and by which token.
    pub revoked: Option<(Seconds, String)>,
}

impl Token {
    /// Whether it has expired.
    pub fn has_expired(&self, now: Seconds) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

const COLUMNS: &str =
    "name, scopes, description, created_at, created_by, expires_at, last_used_at, revoked_at, revoked_by";

fn read(row: &Row) -> Result<Token, StoreError> {
    let mut row = Reader::of(row);
    Ok(Token {
        name: row.string()?,
        scopes: row.text()?.split(' ').map(read_scope).collect::<Result<_, _>>()?,
        description: row.string()?,
        created_at: row.integer()?,
        created_by: row.string()?,
        expires_at: row.optional(Reader::integer)?,
        last_used_at: row.optional(Reader::integer)?,
        revoked: row.optional(|row| Ok((row.integer()?, row.string()?)))?,
    })
}

fn read_scope(text: &str) -> Result<Scope, StoreError> {
    Scope::parse(text).ok_or_else(|| StoreError::Unreadable(format!("a token has the unknown scope `{text}`")))
}

/// The token whose secret has this digest, whatever its state. The timing of a lookup by digest reveals something
/// only about the digest, which an attacker cannot choose.
pub async fn find(database: &impl Database, secret: &Digest) -> Result<Option<Token>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM tokens WHERE digest = $1");
    database.query(&sql, vec![secret.as_str().into()]).await?.first().map(read).transpose()
}

/// Whether any token is valid.
pub async fn any_valid(database: &impl Database, now: Seconds) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM tokens WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1) LIMIT 1";
    Ok(!database.query(sql, vec![now.into()]).await?.is_empty())
}

/// All tokens by name, including revoked ones.
pub async fn all(database: &impl Database) -> Result<Vec<Token>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM tokens ORDER BY name");
    database.query(&sql, Vec::new()).await?.iter().map(read).collect()
}

/// One token; `None` if there was never one with this name.
pub async fn get(tx: &mut impl Transaction, name: &str) -> Result<Option<Token>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM tokens WHERE name = $1");
    tx.query(&sql, vec![name.into()]).await?.first().map(read).transpose()
}

/// Adds a new token. Returns false if its name was ever used.
pub async fn insert(tx: &mut impl Transaction, new: &Token, secret: &Digest) -> Result<bool, StoreError> {
    let scopes: Vec<String> = new.scopes.iter().map(Scope::to_string).collect();
    let rows = tx
        .query(
            "INSERT INTO tokens (name, digest, scopes, description, created_at, created_by, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING name",
            vec![
                new.name.as_str().into(),
                secret.as_str().into(),
                scopes.join(" ").into(),
                new.description.as_str().into(),
                new.created_at.into(),
                new.created_by.as_str().into(),
                new.expires_at.into(),
            ],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Revokes a token. Its row stays, so that its name keeps its meaning and its holder gets a precise error.
pub async fn revoke(tx: &mut impl Transaction, name: &str, by: &str, now: Seconds) -> Result<(), StoreError> {
    tx.query(
        "UPDATE tokens SET revoked_at = $1, revoked_by = $2 WHERE name = $3 AND revoked_at IS NULL",
        vec![now.into(), by.into(), name.into()],
    )
    .await?;
    Ok(())
}

/// Records that a token was used.
pub async fn used(database: &impl Database, name: &str, at: Seconds) -> Result<(), StoreError> {
    write_with(database, async |tx| {
        tx.query("UPDATE tokens SET last_used_at = $1 WHERE name = $2", vec![at.into(), name.into()]).await?;
        Ok(())
    })
    .await
}
