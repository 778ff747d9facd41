//! Reads the index of one revision.

use super::fragments::{NEWEST, fragments_of};
use super::guesses;
use crate::database::{Transaction, Value};
use crate::revisions::COMPOSITION_AT;
use crate::row::{Reader, SoleColumn as _};
use crate::statement::Statement;
use crate::{StoreError, revisions};
use federation::search::{Guesses, Index, Row, Unknown};

/// The index of a revision, with filters.
pub struct Scope<'a, T> {
    tx: &'a mut T,
    past: Option<u64>,
    seen: Option<(u64, usize)>,
    is_torn: bool,
    domain: Option<&'a str>,
    repo: Option<&'a str>,
}

impl<'a, T: Transaction> Scope<'a, T> {
    /// The index of the newest revision.
    pub fn newest(tx: &'a mut T) -> Self {
        Self { tx, past: None, seen: None, is_torn: false, domain: None, repo: None }
    }

    /// The index of a revision that is not the newest.
    pub fn past(tx: &'a mut T, number: u64) -> Self {
        Self { past: Some(number), ..Self::newest(tx) }
    }

    /// The same, in which only entries of this domain and this repo match.
    pub fn within(self, domain: Option<&'a str>, repo: Option<&'a str>) -> Self {
        Self { domain, repo, ..self }
    }

    /// The number of the newest revision and the number of its entries, as the statements saw them.
    pub fn seen(&self) -> (u64, usize) {
        self.seen.unwrap_or_default()
    }

    /// Whether statements saw different revisions as the newest one, which does not happen in a transaction.
    pub fn is_torn(&self) -> bool {
        self.is_torn
    }

    fn see(&mut self, number: u64, size: usize) {
        self.is_torn |= self.seen.is_some_and(|seen| seen != (number, size));
        self.seen = Some((number, size));
    }
}

impl<T: Transaction> Index for Scope<'_, T> {
    type Error = StoreError;

    async fn rows(&mut self, terms: &[String]) -> Result<Vec<Row>, StoreError> {
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        let mut s = Statement::default();
        let mut admitted = "1 = 1".to_owned();
        for (column, value) in [("f.domain", self.domain), ("f.repo", self.repo)] {
            if let Some(value) = value {
                let value = s.bind(value);
                admitted.push_str(&format!(" AND {column} = {value}"));
            }
        }
        // Bound in the order in which they stand in the statement.
        let from = fragments_of(&mut s, self.past);
        let marks = s.bind_list(terms);
        s.push(&format!(
            "SELECT p.term, p.fragment, f.repo, CASE WHEN {admitted} THEN 1 ELSE 0 END, p.entries FROM {from} AND p.term IN ({marks})"
        ));
        if self.past.is_none() {
            s.push(&format!(" UNION ALL SELECT '', number, '', capability_count, NULL FROM {NEWEST}"));
        }
        let mut read = Vec::new();
        for mut row in self.tx.query(&s.sql, s.parameters).await? {
            match row.pop() {
                // The largest column is moved, not copied.
                Some(Value::Blob(entries)) => read.push(posting(&row, entries)?),
                _ => {
                    let mut row = Reader::of(&row);
                    let (_, number, _, size) = (row.value(), row.count()?, row.value(), row.count()?);
                    self.see(number, size);
                }
            }
        }
        Ok(read)
    }

    async fn guesses(&mut self, words: &[Unknown], terms: &[String]) -> Result<Guesses, StoreError> {
        let (guesses, seen) = guesses::guesses(self.tx, self.past, words, terms).await?;
        if let Some((number, size)) = seen {
            self.see(number, size);
        }
        Ok(guesses)
    }

    async fn size(&mut self) -> Result<usize, StoreError> {
        let Some(number) = self.past else { return Ok(self.seen().1) };
        let sql = "SELECT capability_count FROM revisions WHERE number = $1";
        self.tx.query(sql, vec![number.into()]).await?.first().map_or(Ok(0), |row| row.count())
    }
}

fn posting(row: &[Value], entries: Vec<u8>) -> Result<Row, StoreError> {
    let mut row = Reader::of(row);
    Ok(Row { term: row.string()?, fragment: row.integer()?, repo: row.string()?, is_admitted: row.flag()?, entries })
}

/// The number of the newest revision, and the number of its entries.
pub async fn newest(tx: &mut impl Transaction) -> Result<Option<(u64, usize)>, StoreError> {
    let sql = format!("SELECT number, capability_count FROM {NEWEST}");
    let rows = tx.query(&sql, Vec::new()).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut row = Reader::of(row);
    Ok(Some((row.count()?, row.count()?)))
}

/// Whether the whole content of a stored revision can still be searched.
pub async fn is_kept(tx: &mut impl Transaction, number: u64) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT 1 FROM {COMPOSITION_AT} c LEFT JOIN search_fragments f ON f.digest = c.index_digest AND f.repo = c.repo AND f.domain = c.domain
         WHERE f.fragment IS NULL LIMIT 1"
    );
    Ok(revisions::get(tx, number).await?.is_some() && tx.query(&sql, vec![number.into()]).await?.is_empty())
}
