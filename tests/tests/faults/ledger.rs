//! What writers sent and were told, recorded outside of the database.

use anyhow::{Result, ensure};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The outcome of a write, as far as its writer knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was sent, and there is no response yet.
    UnderWay,
    /// The status was 2xx.
    Acknowledged,
    /// The hub said that nothing was written.
    Refused,
    /// The connection broke, or the hub said that it does not know.
    Unknown,
}

/// A write: whether the repo is registered after it, and its outcome.
#[derive(Clone, Copy, Debug)]
struct Write {
    registers: bool,
    outcome: Outcome,
}

/// The writes to each repo. The first creates version 1; each repo has one writer, which stops writing to it after an unknown outcome.
#[derive(Default)]
pub struct Ledger {
    repos: Mutex<BTreeMap<String, Vec<Write>>>,
    /// When each acknowledged write was sent and answered.
    times: Mutex<Vec<(Instant, Instant)>>,
}

impl Ledger {
    /// Records a write that is about to be sent, and returns its version.
    pub fn begin(&self, repo: &str, registers: bool) -> usize {
        let mut repos = lock(&self.repos);
        let writes = repos.entry(repo.to_owned()).or_default();
        writes.push(Write { registers, outcome: Outcome::UnderWay });
        writes.len()
    }

    /// Records the outcome of the last write to a repo, which was sent at `sent`.
    pub fn end(&self, repo: &str, outcome: Outcome, sent: Instant) {
        if let Some(write) = lock(&self.repos).get_mut(repo).and_then(|writes| writes.last_mut()) {
            write.outcome = outcome;
        }
        if outcome == Outcome::Acknowledged {
            lock(&self.times).push((sent, Instant::now()));
        }
    }

    /// When the first write that was sent after `since` was acknowledged.
    pub fn first_after(&self, since: Instant) -> Option<Instant> {
        lock(&self.times).iter().find(|(sent, _)| *sent >= since).map(|(_, answered)| *answered)
    }

    /// The newest acknowledged version of each repo; 0 if there is none. A read that begins now must not see an older one.
    pub fn floor(&self) -> BTreeMap<String, usize> {
        let acknowledged = |writes: &Vec<Write>| {
            writes.iter().rposition(|write| write.outcome == Outcome::Acknowledged).map_or(0, |at| at + 1)
        };
        lock(&self.repos).iter().map(|(repo, writes)| (repo.clone(), acknowledged(writes))).collect()
    }

    /// Whether a read that began when `floor` was the newest acknowledged version may find this version, or that the repo is not registered.
    ///
    /// # Errors
    /// If it may not: an acknowledged write was lost, or a write took effect that was refused or never sent.
    pub fn check(&self, repo: &str, floor: usize, found: Option<usize>) -> Result<()> {
        let repos = lock(&self.repos);
        let writes = repos.get(repo).map_or(&[][..], Vec::as_slice);
        let leads_to = |version: usize, registered: bool| match version.checked_sub(1).map(|at| writes.get(at)) {
            None => !registered,
            Some(Some(write)) => write.registers == registered && write.outcome != Outcome::Refused,
            Some(None) => false,
        };
        let is_possible = match found {
            Some(version) => version >= floor && leads_to(version, true),
            None => (floor..=writes.len()).any(|version| leads_to(version, false)),
        };
        ensure!(is_possible, "{repo}: found version {found:?}, acknowledged {floor} before it was read: {writes:?}");
        Ok(())
    }

    /// How often a source may have been fetched: once for each time that it was registered.
    pub fn registrations(&self) -> BTreeMap<String, usize> {
        let fetched = |writes: &Vec<Write>| {
            // A registration comes first, after a removal, or after a registration that was refused.
            let mut registered = false;
            let mut count = 0;
            for write in writes {
                count += usize::from(write.registers && !registered);
                if write.outcome == Outcome::Acknowledged {
                    registered = write.registers;
                }
            }
            count
        };
        lock(&self.repos).iter().map(|(repo, writes)| (repo.clone(), fetched(writes))).collect()
    }

    /// Repos whose last write has an unknown outcome, with its version and whether it registers.
    pub fn unknown(&self) -> BTreeMap<String, (usize, bool)> {
        let last = |writes: &Vec<Write>| {
            let write = writes.last().filter(|write| write.outcome == Outcome::Unknown)?;
            Some((writes.len(), write.registers))
        };
        lock(&self.repos).iter().filter_map(|(repo, writes)| Some((repo.clone(), last(writes)?))).collect()
    }

    /// How many writes had this outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        lock(&self.repos).values().flatten().filter(|write| write.outcome == outcome).count()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
