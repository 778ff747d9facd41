//! Named tokens. The secret itself is never here, only its digest.

use crate::database::{Database, Row, Transaction};
use crate::{StoreError, row::Reader};
use federation::digest::Digest;
use federation::time::Seconds;
use federation::token::Scope;

/// A token without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its name, which no other token ever has.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// Free text.
    pub description: String,
    /// When it was made.
    pub created_at: Seconds,
    /// By which token.
    pub created_by: String,
    /// When it ends; `None`: not before it is revoked.
    pub expires_at: Option<Seconds>,
    /// When it was last used, to the hour; `None`: never.
    pub last_used_at: Option<Seconds>,
    /// When and by which token it was revoked.
    pub revoked: Option<(Seconds, String)>,
}

impl Token {
    /// Whether its time is over.
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

/// The token whose secret has this digest, whatever its state. What a lookup by digest takes longer or shorter for tells of the
/// digest alone, and nobody can aim at one.
pub async fn find(database: &impl Database, secret: &Digest) -> Result<Option<Token>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM tokens WHERE digest = $1");
    database.query(&sql, vec![secret.as_str().into()]).await?.first().map(read).transpose()
}

/// Whether any token may be used.
pub async fn any_valid(database: &impl Database, now: Seconds) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM tokens WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1) LIMIT 1";
    Ok(!database.query(sql, vec![now.into()]).await?.is_empty())
}

/// All tokens by name, those that were revoked among them.
pub async fn all(database: &impl Database) -> Result<Vec<Token>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM tokens ORDER BY name");
    database.query(&sql, Vec::new()).await?.iter().map(read).collect()
}

/// One token; `None` if there never was one of this name.
pub async fn get(tx: &mut impl Transaction, name: &str) -> Result<Option<Token>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM tokens WHERE name = $1");
    tx.query(&sql, vec![name.into()]).await?.first().map(read).transpose()
}

/// Adds a new token. False if its name was ever used.
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

/// Ends a token. Its row stays, so that its name keeps its meaning and its holder is told what happened.
pub async fn revoke(tx: &mut impl Transaction, name: &str, by: &str, now: Seconds) -> Result<(), StoreError> {
    tx.query(
        "UPDATE tokens SET revoked_at = $1, revoked_by = $2 WHERE name = $3 AND revoked_at IS NULL",
        vec![now.into(), by.into(), name.into()],
    )
    .await?;
    Ok(())
}

/// Remembers that a token was used.
pub async fn used(database: &impl Database, name: &str, at: Seconds) -> Result<(), StoreError> {
    let mut tx = database.write().await?;
    tx.query("UPDATE tokens SET last_used_at = $1 WHERE name = $2", vec![at.into(), name.into()]).await?;
    Ok(tx.commit().await?)
}
