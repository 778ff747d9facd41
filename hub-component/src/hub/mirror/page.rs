//! What a page of the primary's log must be before anything of it is published.

use super::{Fault, fault};
use api::federated::{Log, Logged, Point};
use federation::name::is_repo;
use federation::registration::Registration;
use federation::time::{Seconds, parse_rfc3339, rfc3339};
use federation::upstream::is_path;
use std::collections::{HashMap, HashSet};
use store::revisions::Revision;

/// Maximum length of an actor and of a cause, in bytes.
const MAX_WORD_BYTES: usize = 200;

/// Checks that the primary continues what is here.
pub(super) fn compare(primary: &str, here: Option<&Revision>, page: &Log) -> Result<(), Fault> {
    let Some(here) = here else { return Ok(()) };
    let (number, composed_at) = (here.number, rfc3339(here.composed_at));
    let is_other = |there: &&Point| there.digest != here.digest || there.composed_at != composed_at;
    if let Some(there) = page.since.as_ref().filter(|there| there.revision == number).filter(is_other) {
        return Err(fault(format!(
            "{primary} has another history: its revision {number} has the digest {} and is of {}, but this mirror's has {} and is of \
             {composed_at}. If the primary was restored on purpose, empty the mirror's database",
            there.digest, there.composed_at, here.digest
        )));
    }
    let newest = newest_of(page);
    if newest < number {
        return Err(fault(format!(
            "{primary} has lost revisions: its newest is {newest}, but this mirror has {number}. If the primary was restored on purpose, empty \
             the mirror's database"
        )));
    }
    Ok(())
}

/// The number of the newest revision that the page names.
pub(super) fn newest_of(page: &Log) -> u64 {
    page.newest.as_ref().map_or(0, |newest| newest.revision)
}

/// The number of the last of these revisions, which follow the one here.
pub(super) fn last_of(primary: &str, revisions: &[Logged], here: u64, page: &Log) -> Result<u64, Fault> {
    let newest = newest_of(page).min(i64::MAX.unsigned_abs());
    revisions.iter().map(|logged| logged.revision).try_fold(here, |before, number| {
        if !(before + 1..=newest).contains(&number) {
            return Err(fault(format!(
                "{primary} sent revision {number} after revision {before}, although its newest is {newest}"
            )));
        }
        Ok(number)
    })
}

/// What a revision says, where it is more than text.
pub(super) struct Checked {
    /// When it was composed.
    pub composed_at: Seconds,
    /// The registrations of the lines in `put`, in their order.
    pub registered: Vec<Registration>,
    /// When the sources were verified, by repo, as far as the primary says it.
    pub verified: HashMap<String, Seconds>,
}

/// Checks a revision by itself.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check(logged: &Logged) -> Result<Checked, &'static str> {
    let composed_at = parse_rfc3339(&logged.composed_at).ok_or("`composed_at` is not a time")?;
    let registered = logged.put.iter().map(|line| line.registration().filter(|_| is_path(&line.via)));
    let registered = registered.collect::<Option<_>>().ok_or("a source is not a valid registration")?;
    let put = logged.put.iter().map(|line| &line.repo);
    let mut named = HashSet::new();
    if !put.chain(&logged.removed).all(|repo| is_repo(repo) && named.insert(repo)) {
        return Err("a source is named twice, or removed under a name that no registration has");
    }
    let verified = logged.verified.iter().map(|(repo, at)| Some((repo.clone(), parse_rfc3339(at)?)));
    let verified = verified.collect::<Option<_>>().ok_or("`verified` has something that is not a time")?;
    let is_wrong = |word: &String| word.len() > MAX_WORD_BYTES || word.contains(char::is_control);
    match [&logged.actor, &logged.cause].into_iter().any(is_wrong) {
        true => Err("`actor` or `cause` is too long, or has control characters"),
        false => Ok(Checked { composed_at, registered, verified }),
    }
}

/// Up to when the primary had nothing newer: a primary that is a mirror itself may be behind its own.
pub(super) fn current_at(primary: &str, page: &Log, asked_at: Seconds) -> Result<Seconds, Fault> {
    let Some(mirror) = &page.mirror else { return Ok(asked_at) };
    let Some(text) = &mirror.current_at else {
        return Err(fault(format!("{primary} is a mirror of {}, and has not caught up with that yet", mirror.of)));
    };
    let current_at = parse_rfc3339(text).ok_or_else(|| fault(format!("{primary}: `current_at` is not a time")))?;
    Ok(current_at.min(asked_at))
}
