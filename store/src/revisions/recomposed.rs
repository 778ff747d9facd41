//! What changes make of the newest composition, in one pass over its lines.

use super::change::Change;
use super::{LINE, Revision, read_line, verify_digest};
use crate::StoreError;
use crate::database::Transaction;
use federation::compose::{SourceLine, SourcesDigester};
use federation::digest::Digest;
use std::iter::Peekable;
use std::slice::Iter;

/// How many lines are read at once: they are all that is held in memory.
const LINES_PER_READ: usize = 4096;

/// A composition in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// The digest of its lines.
    pub digest: Digest,
    /// The number of its lines.
    pub sources: usize,
    /// The number of their capabilities.
    pub capabilities: usize,
}

impl From<SourcesDigester> for Totals {
    fn from(lines: SourcesDigester) -> Self {
        Self { sources: lines.sources, capabilities: lines.capabilities, digest: lines.finish() }
    }
}

/// The totals of the newest composition after these changes, which are ordered by repo and not made yet.
///
/// # Errors
/// If the store fails, or if the lines are not those that `newest` was published with: a damaged composition must not become the base of a new digest.
pub async fn recompose(
    tx: &mut impl Transaction,
    newest: Option<&Revision>,
    changes: &[Change],
) -> Result<Totals, StoreError> {
    let sql = format!("SELECT {LINE} FROM composition WHERE repo > $1 ORDER BY repo LIMIT {LINES_PER_READ}");
    let mut pass = Pass { changes: changes.iter().peekable(), before: SourcesDigester::default(), after: None };
    let mut last = String::new();
    loop {
        let rows = tx.query(&sql, vec![last.as_str().into()]).await?;
        for row in &rows {
            let line = read_line(row)?;
            pass.line(&line);
            last = line.repo;
        }
        if rows.len() < LINES_PER_READ {
            break;
        }
    }
    pass.changes_before(None);
    let Pass { before, after, .. } = pass;
    let after = after.map(Totals::from);
    let before = Totals::from(before);
    verify_digest(newest, before.sources, &before.digest)?;
    Ok(after.unwrap_or(before))
}

/// A pass over the lines of a composition, in the order of repos.
struct Pass<'a> {
    /// The changes that no line has reached.
    changes: Peekable<Iter<'a, Change>>,
    before: SourcesDigester,
    /// `None` as long as it equals `before`.
    after: Option<SourcesDigester>,
}

impl Pass<'_> {
    fn line(&mut self, line: &SourceLine) {
        self.changes_before(Some(&line.repo));
        let canonical = line.canonical();
        match self.changes.next_if(|change| change.repo() == line.repo) {
            Some(change) => self.change(change),
            None => {
                if let Some(after) = &mut self.after {
                    after.add(&canonical);
                }
            }
        }
        self.before.add(&canonical);
    }

    /// Makes the changes of repos before this one, which have no line; all that are left without one.
    fn changes_before(&mut self, repo: Option<&str>) {
        while let Some(change) = self.changes.next_if(|change| repo.is_none_or(|repo| change.repo() < repo)) {
            self.change(change);
        }
    }

    fn change(&mut self, change: &Change) {
        let after = self.after.get_or_insert_with(|| self.before.clone());
        if let Change::Put(line) = change {
            after.add(&line.canonical());
        }
    }
}
