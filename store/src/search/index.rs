//! Reads the index of one revision.

use super::fragments::fragments_of;
use super::guesses;
use crate::database::{Transaction, Value};
use crate::revisions::AT;
use crate::row::{Columns as _, Reader};
use crate::statement::Statement;
use crate::{StoreError, revisions};
use federation::search::{Guesses, Index, Row, Unknown};

/// The index of a revision, with filters.
pub struct Scope<'a, T> {
    tx: &'a mut T,
    past: Option<u64>,
    size: Option<usize>,
    domain: Option<&'a str>,
    repo: Option<&'a str>,
}

impl<'a, T: Transaction> Scope<'a, T> {
    /// The index of the newest revision.
    pub fn newest(tx: &'a mut T) -> Self {
        Self { tx, past: None, size: None, domain: None, repo: None }
    }

    /// The index of a revision that is not the newest.
    pub fn past(tx: &'a mut T, number: u64) -> Self {
        Self { past: Some(number), ..Self::newest(tx) }
    }

    /// The same, where the number of entries is known.
    pub fn of_size(self, size: usize) -> Self {
        Self { size: Some(size), ..self }
    }

    /// The same, in which only entries of this domain and this repo match.
    pub fn within(self, domain: Option<&'a str>, repo: Option<&'a str>) -> Self {
        Self { domain, repo, ..self }
    }
}

impl<T: Transaction> Index for Scope<'_, T> {
    type Error = StoreError;

    async fn rows(&mut self, terms: &[String]) -> Result<Vec<Row>, StoreError> {
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        let mut s = Statement::default();
        let from = fragments_of(&mut s, self.past);
        let mut admitted = "1 = 1".to_owned();
        for (column, value) in [("f.domain", self.domain), ("f.repo", self.repo)] {
            if let Some(value) = value {
                let value = s.bind(value);
                admitted.push_str(&format!(" AND {column} = {value}"));
            }
        }
        let marks = s.bind_list(terms);
        s.push(&format!(
            "SELECT p.term, p.fragment, f.repo, CASE WHEN {admitted} THEN 1 ELSE 0 END, p.entries FROM {from} WHERE p.term IN ({marks})"
        ));
        let rows = self.tx.query(&s.sql, s.parameters).await?;
        rows.into_iter().map(read).collect()
    }

    async fn guesses(&mut self, words: &[Unknown], terms: &[String]) -> Result<Guesses, StoreError> {
        guesses::guesses(self.tx, self.past, words, terms).await
    }

    async fn size(&mut self) -> Result<usize, StoreError> {
        match (self.size, self.past) {
            (Some(size), _) => Ok(size),
            (None, None) => Ok(newest(self.tx).await?.map_or(0, |(_, size)| size)),
            (None, Some(number)) => {
                let sql = "SELECT capability_count FROM revisions WHERE number = $1";
                self.tx.query(sql, vec![number.into()]).await?.first().map_or(Ok(0), |row| row.count(0))
            }
        }
    }
}

fn read(mut row: Vec<Value>) -> Result<Row, StoreError> {
    // The largest column is moved, not copied.
    let Some(Value::Blob(entries)) = row.pop() else {
        return Err(StoreError::Unreadable("a posting without entries".to_owned()));
    };
    let mut row = Reader::of(&row);
    Ok(Row { term: row.string()?, fragment: row.integer()?, repo: row.string()?, is_admitted: row.flag()?, entries })
}

/// The number of the newest revision, and the number of its entries.
pub async fn newest(tx: &mut impl Transaction) -> Result<Option<(u64, usize)>, StoreError> {
    let sql = "SELECT number, capability_count FROM revisions ORDER BY number DESC LIMIT 1";
    tx.query(sql, Vec::new()).await?.first().map(|row| Ok((row.count(0)?, row.count(1)?))).transpose()
}

/// Whether the whole content of a stored revision can still be searched.
pub async fn is_kept(tx: &mut impl Transaction, number: u64) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT 1 FROM {AT} c LEFT JOIN search_fragments f ON f.digest = c.index_digest AND f.repo = c.repo AND f.domain = c.domain
         WHERE f.fragment IS NULL LIMIT 1"
    );
    Ok(revisions::get(tx, number).await?.is_some() && tx.query(&sql, vec![number.into()]).await?.is_empty())
}
