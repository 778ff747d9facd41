//! Following what is published: a page of the log as a feed shows it, and a stream of revisions that resumes where a client stopped.

use super::app::{App, Permit};
use super::document::kept;
use super::paging::number_of_cursor;
use super::revalidation::revalidate_due;
use super::search::bounded;
use crate::log;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::federated::{ChangedRepo, Revision};
use api::feeds::AtomQuery;
use federation::time::rfc3339;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use store::database::{Autocommit, Transaction, read_with};
use store::revisions::feed::{self, Part};
use store::revisions::steps::{Beginning, beginnings};
use store::revisions::{ChangedSource, Entry, changed_sources};
use store::{StoreError, former};

/// Revisions on a page of a feed.
const REVISIONS_PER_PAGE: usize = 20;
/// Repos that one of them names.
const MAX_REPOS: usize = 50;
/// Changes shown per repo.
const MAX_CHANGES: usize = 5;

/// A revision in a feed.
pub struct FeedEntry {
    /// The revision.
    pub entry: Entry,
    /// The repos that it changed, up to a limit, with their first changes; a repo without changes kept its capabilities.
    pub repos: BTreeMap<String, Beginning>,
    /// Whether it changed more repos.
    pub has_more: bool,
}

/// A page of the feed of this part of the federation, newest first, and the cursor of the next one.
///
/// # Errors
/// `invalid-query`, or a failure of the store.
pub async fn page<P: Ports>(app: &App<P>, query: &AtomQuery) -> Result<(Vec<FeedEntry>, Option<u64>), Problem> {
    let before = number_of_cursor(query.cursor.as_deref())?;
    let (repo, domain) = (bounded("repo", query.repo.as_deref())?, bounded("domain", query.domain.as_deref())?);
    read_with(app.database().await?, async |tx| {
        let repo = former::current_of(tx, repo).await?;
        let part = Part { repo: repo.as_deref(), domain };
        let mut entries = feed::preceding(tx, part, before, REVISIONS_PER_PAGE + 1).await?;
        let has_next = entries.len() > REVISIONS_PER_PAGE;
        entries.truncate(REVISIONS_PER_PAGE);
        let next = entries.last().filter(|_| has_next).map(|last| last.revision.number);
        let mut shown = Vec::with_capacity(entries.len());
        for entry in entries {
            shown.push(described(tx, part, entry).await?);
        }
        Ok((shown, next))
    })
    .await
}

async fn described(tx: &mut impl Transaction, part: Part<'_>, entry: Entry) -> Result<FeedEntry, StoreError> {
    let number = entry.revision.number;
    let mut names: BTreeSet<String> = feed::repos_in(tx, part, number, MAX_REPOS + 1).await?;
    let has_more = names.len() > MAX_REPOS;
    if has_more {
        names.pop_last();
    }
    let mut changes = beginnings(tx, number, MAX_CHANGES).await?;
    let repos = names.into_iter().map(|repo| {
        let beginning = changes.remove(&repo).unwrap_or_default();
        (repo, beginning)
    });
    Ok(FeedEntry { repos: repos.collect(), entry, has_more })
}

/// Revisions as the API shows them, each with the sources that it changed. They must be consecutive in the log.
///
/// # Errors
/// If the store fails.
pub async fn views(tx: &mut impl Transaction, entries: Vec<Entry>) -> Result<Vec<Revision>, StoreError> {
    let numbers = || entries.iter().map(|entry| entry.revision.number);
    let (Some(oldest), Some(newest)) = (numbers().min(), numbers().max()) else { return Ok(Vec::new()) };
    let mut changed: HashMap<u64, Vec<ChangedRepo>> = HashMap::new();
    for ChangedSource { revision, repo, put, provenance } in changed_sources(tx, oldest..=newest).await? {
        let op = if put { "put" } else { "removed" }.to_owned();
        changed.entry(revision).or_default().push(ChangedRepo { repo, op, provenance });
    }
    let view = |entry: Entry| Revision {
        revision: entry.revision.number,
        parent: entry.parent,
        changed: changed.remove(&entry.revision.number).unwrap_or_default(),
        digest: entry.revision.digest,
        composed_at: rfc3339(entry.revision.composed_at),
        actor: entry.actor,
        cause: entry.cause,
        source_count: entry.source_count,
        capability_count: entry.capability_count,
    };
    Ok(entries.into_iter().map(view).collect())
}

/// How long a stream waits between two looks for newer revisions, …
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// … how many of them it reads at once, …
const REVISIONS_PER_READ: usize = 20;
/// … and after how many looks without one it sends a keep-alive.
const QUIET_LOOKS: u32 = 15;

/// A client that follows the log. It takes one of the streams of this instance.
pub struct Follower<P> {
    app: App<P>,
    last: u64,
    looks: u32,
    quiet: u32,
    _permit: Permit,
}

/// What a follower receives next.
pub enum Message {
    /// Newer revisions, oldest first.
    Published(Vec<Revision>),
    /// Nothing new for a while: a keep-alive.
    Quiet,
}

impl<P: Ports> Follower<P> {
    /// Begins after revision `since`, or after the newest one, and lasts for `seconds`.
    ///
    /// # Errors
    /// `revision-not-found`, `revision-gone`, `too-many-streams`, or a failure of the store.
    pub async fn begin(app: &App<P>, since: Option<u64>, seconds: u32) -> Result<Self, Problem> {
        let Some(permit) = app.permit_to_stream() else {
            let detail = "This hub cannot serve more streams now; poll `GET /v1/changes`, or try again later.";
            return Err(Problem::new(&kinds::TOO_MANY_STREAMS, detail).retry_after(30));
        };
        let (head, _) = revalidate_due(app).await?;
        let newest = head.number();
        let last = since.unwrap_or(newest);
        if last != newest {
            // Revisions published since can be sent only while they are kept.
            kept(&mut Autocommit(app.database().await?), last.max(1)).await?;
        }
        Ok(Self { app: app.clone(), last, looks: seconds, quiet: 0, _permit: permit })
    }

    /// The last revision that was sent.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Waits for the next message; `None` at the end. A failure of the store ends the stream: the client reconnects and resumes.
    pub async fn next(&mut self) -> Option<Message> {
        loop {
            match self.look().await {
                Ok(revisions) if !revisions.is_empty() => {
                    self.last = revisions.last().map_or(self.last, |newest| newest.revision);
                    self.quiet = 0;
                    return Some(Message::Published(revisions));
                }
                Ok(_) => {}
                Err(problem) => {
                    log::line("stream-ended", &json!({ "why": problem.log().unwrap_or(problem.detail()) }));
                    return None;
                }
            }
            self.looks = self.looks.checked_sub(1)?;
            self.app.ports.sleep(POLL_INTERVAL).await;
            self.quiet += 1;
            if self.quiet >= QUIET_LOOKS {
                self.quiet = 0;
                return Some(Message::Quiet);
            }
        }
    }

    async fn look(&self) -> Result<Vec<Revision>, Problem> {
        // Like any read, this triggers the refresh of what is due.
        let (head, _) = revalidate_due(&self.app).await?;
        if head.number() <= self.last {
            return Ok(Vec::new());
        }
        read_with(self.app.database().await?, async |tx| {
            let entries = feed::following(tx, self.last, REVISIONS_PER_READ).await?;
            Ok(views(tx, entries).await?)
        })
        .await
    }
}
