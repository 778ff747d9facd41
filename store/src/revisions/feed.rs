//! The log for followers: forward from a revision, and backward within a repo or a domain.

use super::history::{Entry, read_entry};
use crate::StoreError;
use crate::database::Transaction;
use crate::row::SoleColumn as _;
use crate::statement::Statement;
use std::collections::BTreeSet;

/// Columns of an entry, without its parent.
const ENTRY: &str = "v.number, v.digest, v.composed_at, v.actor, v.cause, v.source_count, v.capability_count";

/// Up to `limit` revisions after `number`, oldest first.
pub async fn following(tx: &mut impl Transaction, number: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
    let sql = format!(
        "SELECT {ENTRY}, (SELECT max(p.number) FROM revisions p WHERE p.number < v.number)
         FROM revisions v WHERE v.number > $1 ORDER BY v.number LIMIT $2"
    );
    tx.query(&sql, vec![number.into(), limit.into()]).await?.iter().map(read_entry).collect()
}

/// The part of the federation that is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part<'a> {
    /// Only this repo, also under its former names.
    pub repo: Option<&'a str>,
    /// Only this domain: sources that are in it, or were until the revision.
    pub domain: Option<&'a str>,
}

impl Part<'_> {
    /// Whether it is the whole federation.
    pub fn is_whole(&self) -> bool {
        self.repo.is_none() && self.domain.is_none()
    }

    /// The condition on the changes `a` of a revision.
    fn condition(&self, s: &mut Statement) -> String {
        let mut condition = "1 = 1".to_owned();
        if let Some(repo) = self.repo {
            let repo = s.bind(repo);
            condition.push_str(&format!(
                " AND (a.repo = {repo} OR a.repo IN (SELECT repo FROM former_repos WHERE became = {repo}))"
            ));
        }
        if let Some(domain) = self.domain {
            let domain = s.bind(domain);
            condition.push_str(&format!(
                " AND (a.domain = {domain} OR {domain} = (SELECT b.domain FROM revision_sources b
                 WHERE b.repo = a.repo AND b.revision < a.revision ORDER BY b.revision DESC LIMIT 1))"
            ));
        }
        condition
    }
}

/// Up to `limit` revisions below `before` that changed something of this part, newest first.
pub async fn preceding(
    tx: &mut impl Transaction,
    part: Part<'_>,
    before: u64,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let mut s = Statement::default();
    let before = s.bind(before);
    let condition = match part.is_whole() {
        true => String::new(),
        false => format!(
            " AND EXISTS (SELECT 1 FROM revision_sources a WHERE a.revision = v.number AND {})",
            part.condition(&mut s)
        ),
    };
    let limit = s.bind(limit);
    s.push(&format!(
        "SELECT {ENTRY}, NULL FROM revisions v WHERE v.number < {before}{condition} ORDER BY v.number DESC LIMIT {limit}"
    ));
    tx.query(&s.sql, s.parameters).await?.iter().map(read_entry).collect()
}

/// Up to `limit` repos of this part that a revision changed, by name.
pub async fn repos_in(
    tx: &mut impl Transaction,
    part: Part<'_>,
    revision: u64,
    limit: usize,
) -> Result<BTreeSet<String>, StoreError> {
    let mut s = Statement::default();
    let revision = s.bind(revision);
    let condition = part.condition(&mut s);
    let limit = s.bind(limit);
    s.push(&format!(
        "SELECT a.repo FROM revision_sources a WHERE a.revision = {revision} AND {condition} ORDER BY a.repo LIMIT {limit}"
    ));
    tx.query(&s.sql, s.parameters).await?.iter().map(|row| Ok(row.text()?.to_owned())).collect()
}
