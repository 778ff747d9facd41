//! The search for capabilities: every entry of the revisions of the last day has a row, with its words.
//!
//! SQLite's FTS5 only finds the entries that have the words; without it, `LIKE` does the same. The ranking uses
//! integers, so every database returns the same results.

mod by_id;
mod find;
mod keep;

pub use by_id::similar_ids;
pub use find::{Found, find, is_kept};
pub use keep::keep;

use super::{StoreError, revisions, row::Columns as _};
use crate::database::{Database, Transaction};

/// The tables. The number of an entry is that of its fragment times [`ENTRIES_PER_FRAGMENT`], plus its position.
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

/// The words are already in lower case and separated by spaces, so the tokenizer must not change them. The table does
/// not store the texts, so a row must be deleted before its entry.
const WORDS: &str = "CREATE VIRTUAL TABLE search_words USING fts5(id_words, name_words, tag_words, summary_words,
     content = 'search_entries', content_rowid = 'entry', tokenize = 'ascii', detail = 'none')";

/// More entries than an index may have.
const ENTRIES_PER_FRAGMENT: i64 = 1 << 16;
const _: () = assert!(federation::limits::MAX_CAPABILITIES < 1 << 16);

/// How a database finds entries with given words. Fixed when the tables are created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finder {
    /// With SQLite's full-text index.
    Fts5,
    /// By scanning all entries.
    Like,
}

impl Finder {
    /// The best finder that this database supports. Runs outside a transaction, since in
    /// PostgreSQL a failure would abort it.
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

/// Fills the tables after their creation: with the finder, and with the published entries.
pub(super) async fn set_up(tx: &mut impl Transaction, finder: Finder) -> Result<(), StoreError> {
    tx.query("INSERT INTO search_setup (finder) VALUES ($1)", vec![finder.as_str().into()]).await?;
    if finder == Finder::Fts5 {
        tx.query(WORDS, Vec::new()).await?;
    }
    for line in revisions::composition(tx).await?.values() {
        // The form of fragments when this step was introduced.
        let sql = "SELECT json FROM fragments WHERE digest = $1 AND repo = $2 AND domain = $3";
        let key = vec![line.index_digest.as_str().into(), line.repo.as_str().into(), line.domain.as_str().into()];
        let rows = tx.query(sql, key).await?;
        let row = rows.first().ok_or_else(|| StoreError::Unreadable(format!("fragment of {}: missing", line.repo)))?;
        keep(tx, line, row.text(0)?).await?;
    }
    Ok(())
}

/// The finder of this database.
pub async fn finder(tx: &mut impl Transaction) -> Result<Finder, StoreError> {
    let rows = tx.query("SELECT finder FROM search_setup", Vec::new()).await?;
    let found = rows.first().map_or(Ok(""), |row| row.text(0))?;
    Ok(if found == Finder::Fts5.as_str() { Finder::Fts5 } else { Finder::Like })
}
