//! Finding capabilities: every entry of the revisions of the last day in a row of its own, and its words beside it.
//!
//! SQLite's FTS5 only finds the entries that have the words, `LIKE` does the same where there is none, and the order is made from
//! whole numbers: so every database gives the same answer.

mod by_id;
mod find;
mod keep;

pub use by_id::similar_ids;
pub use find::{Found, find, is_kept};
pub use keep::keep;

use super::{StoreError, revisions, row::Columns as _};
use crate::database::{Database, Transaction};

/// The tables. An entry's number is that of its fragment times [`ENTRIES_PER_FRAGMENT`], and its position.
pub(super) const TABLES: &[&str] = &[
    "CREATE TABLE search_setup (finder TEXT NOT NULL)",
    "CREATE TABLE search_fragments (
        fragment INTEGER PRIMARY KEY NOT NULL, digest TEXT NOT NULL, repo TEXT NOT NULL, domain TEXT NOT NULL,
        UNIQUE (digest, repo, domain))",
    "CREATE TABLE search_entries (
        entry INTEGER PRIMARY KEY NOT NULL, fragment INTEGER NOT NULL, id TEXT NOT NULL, status TEXT NOT NULL, tags TEXT NOT NULL, id_words TEXT NOT NULL,
        name_words TEXT NOT NULL, tag_words TEXT NOT NULL, summary_words TEXT NOT NULL, json TEXT NOT NULL)",
    "CREATE INDEX search_entries_of ON search_entries (fragment)",
    "CREATE INDEX search_entries_by_id ON search_entries (id)",
];

/// The words are separated by spaces and in lower case already: the tokenizer must not know better. The texts stay where they are, so a
/// row has to be taken out before the entry that it is about.
const WORDS: &str = "CREATE VIRTUAL TABLE search_words USING fts5(id_words, name_words, tag_words, summary_words,
     content = 'search_entries', content_rowid = 'entry', tokenize = 'ascii', detail = 'none')";

/// More than an index may have.
const ENTRIES_PER_FRAGMENT: i64 = 1 << 16;
const _: () = assert!(federation::limits::MAX_CAPABILITIES < 1 << 16);

/// How entries with given words are found in a database, once and for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finder {
    /// By SQLite's full-text index.
    Fts5,
    /// By looking at every entry.
    Like,
}

impl Finder {
    /// What this database can do. Asked outside a transaction, since a failure ends one in PostgreSQL.
    pub async fn available(database: &impl Database) -> Self {
        let modules = database.query("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'", Vec::new()).await;
        if modules.is_ok_and(|rows| !rows.is_empty()) { Self::Fts5 } else { Self::Like }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Fts5 => "fts5",
            Self::Like => "like",
        }
    }
}

/// Fills the tables after they were made: how to find, and what is published.
pub(super) async fn set_up(tx: &mut impl Transaction, finder: Finder) -> Result<(), StoreError> {
    tx.query("INSERT INTO search_setup (finder) VALUES ($1)", vec![finder.as_str().into()]).await?;
    if finder == Finder::Fts5 {
        tx.query(WORDS, Vec::new()).await?;
    }
    for line in revisions::composition(tx).await?.values() {
        // As fragments were when this step was new.
        let sql = "SELECT json FROM fragments WHERE digest = $1 AND repo = $2 AND domain = $3";
        let key = vec![line.index_digest.as_str().into(), line.repo.as_str().into(), line.domain.as_str().into()];
        let rows = tx.query(sql, key).await?;
        let row = rows.first().ok_or_else(|| StoreError::Unreadable(format!("fragment of {}: missing", line.repo)))?;
        keep(tx, line, row.text(0)?).await?;
    }
    Ok(())
}

/// How entries are found here.
pub async fn finder(tx: &mut impl Transaction) -> Result<Finder, StoreError> {
    let rows = tx.query("SELECT finder FROM search_setup", Vec::new()).await?;
    let found = rows.first().map_or(Ok(""), |row| row.text(0))?;
    Ok(if found == Finder::Fts5.as_str() { Finder::Fts5 } else { Finder::Like })
}
