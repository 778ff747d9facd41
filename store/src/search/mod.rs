//! The index that the search reads: for each term, the entries that have it, source by source. It is written when a source
//! is published; every entry of the revisions of the last day is in it.

mod add;
mod forget;
mod fragments;
mod guesses;
mod index;
mod page;

use super::{StoreError, revisions};
use crate::database::Transaction;
pub use add::{add, remove};
pub(crate) use forget::forget;
pub use index::{Scope, is_kept, newest};
pub(crate) use page::filter_values;
pub use page::{counts, entries, neighbours};

/// Migration step: creates the first tables of the search, which [`INDEX`] replaces.
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

/// Migration step: creates the tables of the search by terms. A fragment is the index of a source with its attribution; `is_current` says that the
/// newest revision contains it. The number of an entry is that of its fragment times `ENTRIES_PER_FRAGMENT`, plus its position.
pub(super) const INDEX: &[&str] = &[
    "DROP TABLE IF EXISTS search_words",
    "DROP TABLE search_setup",
    "DROP TABLE search_entries",
    "DELETE FROM search_fragments",
    "ALTER TABLE search_fragments ADD COLUMN is_current INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX search_fragments_of ON search_fragments (repo)",
    "CREATE TABLE search_entries (entry INTEGER PRIMARY KEY NOT NULL, json TEXT NOT NULL)",
    // Without a row number of their own, the rows of a term lie side by side. `entries` is that of `federation::search::postings`.
    "CREATE TABLE search_postings (
        term TEXT NOT NULL, fragment INTEGER NOT NULL, entries BLOB NOT NULL, spellings TEXT NOT NULL,
        PRIMARY KEY (term, fragment)) WITHOUT ROWID",
    "CREATE INDEX search_postings_of ON search_postings (fragment)",
    "CREATE TABLE search_trigrams (
        trigram TEXT NOT NULL, spelling TEXT NOT NULL, term TEXT NOT NULL, PRIMARY KEY (trigram, spelling, term)) WITHOUT ROWID",
];

/// Migration step: empties the tables, so that [`set_up`] rebuilds the index, now with the type of each entry and the questions that it answers.
pub(super) const EMPTY_SEARCH_INDEX: &[&str] = &[
    "DELETE FROM search_trigrams",
    "DELETE FROM search_postings",
    "DELETE FROM search_entries",
    "DELETE FROM search_fragments",
];

/// Fills the tables with the published entries, after their creation.
pub(super) async fn set_up(tx: &mut impl Transaction) -> Result<(), StoreError> {
    for line in revisions::composition(tx).await?.values() {
        let (json, _) = crate::fragments::json(tx, line).await?;
        add(tx, line, &json).await?;
    }
    Ok(())
}
