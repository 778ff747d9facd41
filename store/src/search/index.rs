//! Reads the index of one revision.

use super::fragments::fragments_of;
use super::guesses;
use crate::database::{Transaction, Value};
use crate::revisions::AT;
use crate::row::{Columns as _, Reader, placeholders};
use crate::statement::Statement;
use crate::{StoreError, revisions};
use federation::search::{Guesses, Index, Row, Unknown};

/// The index of a revision, with filters.
pub struct Scope<'a, T> {
    tx: &'a mut T,
    past: Option<u64>,
    domain: Option<&'a str>,
    repo: Option<&'a str>,
}

impl<'a, T: Transaction> Scope<'a, T> {
    /// The index of the newest revision, or of the revision `past`, in which entries of one domain and one repo match.
    pub fn of(tx: &'a mut T, past: Option<u64>, domain: Option<&'a str>, repo: Option<&'a str>) -> Self {
        Self { tx, past, domain, repo }
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
        let marks = placeholders(s.parameters.len() + 1, terms.len());
        s.parameters.extend(terms.iter().map(|term| Value::from(term.as_str())));
        s.push(&format!(
            "SELECT p.term, p.fragment, f.repo, CASE WHEN {admitted} THEN 1 ELSE 0 END, p.entries FROM {from} WHERE p.term IN ({marks})"
        ));
        let rows = self.tx.query(&s.sql, s.parameters).await?;
        rows.into_iter().map(read).collect()
    }

    async fn guesses(&mut self, words: &[Unknown]) -> Result<Guesses, StoreError> {
        guesses::guesses(self.tx, self.past, words).await
    }

    async fn size(&mut self) -> Result<usize, StoreError> {
        let (number, parameters) = match self.past {
            None => ("(SELECT max(number) FROM revisions)", Vec::new()),
            Some(number) => ("$1", vec![number.into()]),
        };
        let sql = format!("SELECT capability_count FROM revisions WHERE number = {number}");
        self.tx.query(&sql, parameters).await?.first().map_or(Ok(0), |row| row.count(0))
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

/// Whether the whole content of a stored revision can still be searched.
pub async fn is_kept(tx: &mut impl Transaction, number: u64) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT 1 FROM {AT} c LEFT JOIN search_fragments f ON f.digest = c.index_digest AND f.repo = c.repo AND f.domain = c.domain
         WHERE f.fragment IS NULL LIMIT 1"
    );
    Ok(revisions::get(tx, number).await?.is_some() && tx.query(&sql, vec![number.into()]).await?.is_empty())
}
