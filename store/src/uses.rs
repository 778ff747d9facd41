//! What repositories use: stored with each snapshot, and looked up by the capability that is used.

use crate::StoreError;
use crate::database::{Row, Transaction};
use crate::row::Reader;
use crate::statement::Statement;
use federation::digest::Digest;
use federation::index::Use;
use std::collections::BTreeMap;

/// Migration step: creates the table of the capabilities that an index uses. `repo` is empty if the entry of any repo is meant. The uses belong to the
/// content, so that they come and go with the line of a source in the newest revision, whoever publishes it.
pub(super) const TABLES: &[&str] = &[
    "CREATE TABLE uses (
        digest TEXT NOT NULL REFERENCES snapshots (digest) ON DELETE CASCADE, id TEXT NOT NULL, repo TEXT NOT NULL,
        PRIMARY KEY (digest, id, repo))",
    "CREATE INDEX uses_of ON uses (id, digest)",
    "CREATE INDEX composition_with ON composition (index_digest)",
];

/// Rows that one statement writes, and ids that one looks up.
const ROWS_PER_STATEMENT: usize = 200;

/// Stores what an index uses, with its snapshot.
pub(crate) async fn insert(tx: &mut impl Transaction, digest: &Digest, uses: &[Use]) -> Result<(), StoreError> {
    for batch in uses.chunks(ROWS_PER_STATEMENT) {
        let mut s = Statement::default();
        s.push("INSERT INTO uses (digest, id, repo) VALUES ");
        s.push_rows(batch.iter().map(|it| [digest.as_str(), &it.id, it.repo.as_deref().unwrap_or_default()]));
        s.push(" ON CONFLICT DO NOTHING");
        tx.query(&s.sql, s.parameters).await?;
    }
    Ok(())
}

/// A repo that uses a capability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumer {
    /// The repo.
    pub repo: String,
    /// The domain of what it publishes.
    pub domain: String,
    /// The repo whose entry it uses; `None` for any.
    pub of_repo: Option<String>,
}

/// Whose entry of a capability the uses refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsedEntry<'a> {
    /// The entry of any repo.
    Any,
    /// The entry of this repo, also under its former names, including uses that name no repo.
    OfRepo(&'a str),
    /// As `OfRepo`, without the uses that name no repo.
    OnlyOfRepo(&'a str),
}

/// The condition on the uses `u`.
fn condition(s: &mut Statement, of: UsedEntry<'_>) -> String {
    let (repo, or_any) = match of {
        UsedEntry::Any => return "1 = 1".to_owned(),
        UsedEntry::OfRepo(repo) => (s.bind(repo), " OR u.repo = ''"),
        UsedEntry::OnlyOfRepo(repo) => (s.bind(repo), ""),
    };
    format!("(u.repo = {repo} OR u.repo IN (SELECT repo FROM former_repos WHERE became = {repo}){or_any})")
}

/// Up to `limit` repos of the newest revision that use an id, after a repo, by name.
pub async fn consumers(
    tx: &mut impl Transaction,
    id: &str,
    of: UsedEntry<'_>,
    after: &str,
    limit: usize,
) -> Result<Vec<Consumer>, StoreError> {
    let mut s = Statement::default();
    let (id, after) = (s.bind(id), s.bind(after));
    let of = condition(&mut s, of);
    let limit = s.bind(limit);
    s.push(&format!(
        "SELECT c.repo, c.domain, min(u.repo) FROM uses u JOIN composition c ON c.index_digest = u.digest
         WHERE u.id = {id} AND c.repo > {after} AND {of} GROUP BY c.repo, c.domain ORDER BY c.repo LIMIT {limit}"
    ));
    let read = |row: &Row| {
        let mut row = Reader::of(row);
        let (repo, domain, of_repo) = (row.string()?, row.string()?, row.string()?);
        Ok(Consumer { repo, domain, of_repo: Some(of_repo).filter(|repo| !repo.is_empty()) })
    };
    tx.query(&s.sql, s.parameters).await?.iter().map(read).collect()
}

/// How many repos of the newest revision other than `but` use each of these ids. Ids that no repo uses are left out.
pub async fn counts(
    tx: &mut impl Transaction,
    ids: &[String],
    of: UsedEntry<'_>,
    but: &str,
) -> Result<BTreeMap<String, usize>, StoreError> {
    let mut counts = BTreeMap::new();
    for batch in ids.chunks(ROWS_PER_STATEMENT) {
        let mut s = Statement::default();
        let (ids, but) = (s.bind_list(batch), s.bind(but));
        let of = condition(&mut s, of);
        s.push(&format!(
            "SELECT u.id, count(DISTINCT c.repo) FROM uses u JOIN composition c ON c.index_digest = u.digest
             WHERE u.id IN ({ids}) AND c.repo <> {but} AND {of} GROUP BY u.id"
        ));
        for row in tx.query(&s.sql, s.parameters).await? {
            let mut row = Reader::of(&row);
            counts.insert(row.string()?, row.count()?);
        }
    }
    Ok(counts)
}
