//! Who uses a capability, and what a new index would take away from them.

use super::paging::{self, cursor_after, key_of_cursor};
use super::search::{self, Request, bounded};
use crate::hub::App;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::consumers::{Affected, Consumer, Consumers, ConsumersQuery};
use api::page::CONSUMERS;
use federation::search::id_term;
use federation::withdrawn::Withdrawn;
use std::collections::BTreeMap;
use store::database::{Transaction, read_with};
use store::revisions::Head;
use store::search::counts as published;
use store::uses::{self, UsedEntry};
use store::{StoreError, former};

/// Maximum capabilities that a verdict lists as affected, …
const MAX_AFFECTED: usize = 100;
/// … and maximum repos that it names for each.
const MAX_NAMED: usize = 20;

/// A page of the repos that use a capability. An id that is not used and was never published is unknown.
///
/// # Errors
/// `invalid-query`, `capability-not-found`, `nothing-published`, or a failure of the store.
pub async fn page<P: Ports>(app: &App<P>, head: &Head, id: &str, query: &ConsumersQuery) -> Result<Consumers, Problem> {
    let limit = paging::limit(query.limit, CONSUMERS)?;
    let after = key_of_cursor(bounded("cursor", query.cursor.as_deref())?)?.unwrap_or_default();
    let repo = bounded("repo", query.repo.as_deref())?;
    super::document::published(head)?;
    let (total, found) = read_with(app.database().await?, async |tx| {
        let repo = former::current_of(tx, repo).await?;
        let of = repo.as_deref().map_or(UsedEntry::Any, UsedEntry::OfRepo);
        let total = uses::counts(tx, &[id.to_owned()], of, "").await?.remove(id).unwrap_or_default();
        let found = uses::consumers(tx, id, of, after, limit + 1).await?;
        Ok::<_, Problem>((total, found))
    })
    .await?;
    if total == 0 {
        let one = Request { limit: Some(1), fields: Some(String::new()), ..Request::default() };
        match search::capability(app, head, id, &one).await {
            Err(problem) if *problem.kind() != kinds::CAPABILITY_GONE => return Err(problem),
            _ => {}
        }
    }
    let consumer = |it: uses::Consumer| Consumer { repo: it.repo, domain: it.domain, source_repo: it.of_repo };
    let mut consumers: Vec<Consumer> = found.into_iter().map(consumer).collect();
    let mut more = consumers.len() > limit;
    consumers.truncate(limit);
    more |= paging::fit(&mut consumers);
    let next = consumers.last().filter(|_| more).map(|last| cursor_after(&last.repo));
    Ok(Consumers { id: id.to_owned(), revision: head.number(), total, consumers, next })
}

/// The withdrawn capabilities of a repo that other repos use, the first by id, and how many more there are. Where others publish the same id,
/// only repos that use this repo's entry are affected.
///
/// # Errors
/// If the store fails.
pub async fn affected(
    tx: &mut impl Transaction,
    repo: &str,
    withdrawn: Vec<Withdrawn>,
) -> Result<(Vec<Affected>, usize), StoreError> {
    let ids: Vec<String> = withdrawn.iter().map(|it| it.id.clone()).collect();
    let used: Vec<String> = uses::counts(tx, &ids, UsedEntry::OfRepo(repo), repo).await?.into_keys().collect();
    let terms: Vec<String> = used.iter().map(|id| id_term(id)).collect();
    let entries = published(tx, &terms).await?;
    let (shared, alone): (Vec<String>, Vec<String>) =
        used.into_iter().partition(|id| entries.get(&id_term(id)).is_some_and(|count| *count > 1));
    let mut totals: BTreeMap<String, (UsedEntry<'_>, usize)> = BTreeMap::new();
    for (ids, of) in [(shared, UsedEntry::OnlyOfRepo(repo)), (alone, UsedEntry::OfRepo(repo))] {
        let counts = uses::counts(tx, &ids, of, repo).await?;
        totals.extend(counts.into_iter().map(|(id, total)| (id, (of, total))));
    }
    let omitted = totals.len().saturating_sub(MAX_AFFECTED);
    let mut by_id: BTreeMap<String, Withdrawn> = withdrawn.into_iter().map(|it| (it.id.clone(), it)).collect();
    let mut affected = Vec::new();
    for (id, (of, total)) in totals.into_iter().take(MAX_AFFECTED) {
        let Some(Withdrawn { how, replaced_by, .. }) = by_id.remove(&id) else { continue };
        let named = uses::consumers(tx, &id, of, "", MAX_NAMED + 1).await?;
        let named = named.into_iter().map(|it| it.repo).filter(|it| it != repo);
        let consumers = named.take(MAX_NAMED).collect();
        affected.push(Affected { id, how: how.into(), replaced_by, total, consumers });
    }
    Ok((affected, omitted))
}
