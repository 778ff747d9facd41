//! Lets registrations follow what a listing changed: new addresses and names, removals, and indexes that may have changed.

use super::changes::Changes;
use super::{rename, unchanged};
use crate::hub::App;
use crate::hub::publish::{Contributions, publish};
use crate::hub::relayed::choose_anew;
use crate::ports::Ports;
use crate::problem::Problem;
use api::events::{action, cause};
use federation::catalogue::{Known, RemovalReason, Skipped, Todo};
use federation::time::Seconds;
use serde_json::{Value, json};
use store::catalogues::Stored;
use store::database::{Transaction, write_with};
use store::events::{self, Event, Subject};
use store::revisions::Origin;
use store::sources::{self, Source};
use store::{StoreError, former, members, registrations};

/// Repositories that one transaction changes; each publishes at most one index.
const REPOS_PER_TRANSACTION: usize = 50;
/// Repositories that are renamed together, so that two of them may exchange their names.
const MAX_RENAMES: usize = 500;
/// Transactions of one refresh; the rest is left to the next.
const MAX_TRANSACTIONS: usize = 20;

/// Carries out what is due for the registered repositories of a catalogue, a batch per transaction.
pub(super) async fn apply<P: Ports>(app: &App<P>, stored: &Stored) -> Result<(), Problem> {
    for _ in 0..MAX_TRANSACTIONS {
        if !step(app, stored).await? {
            break;
        }
    }
    Ok(())
}

/// Returns whether there may be more to do.
async fn step<P: Ports>(app: &App<P>, stored: &Stored) -> Result<bool, Problem> {
    let catalogue = &stored.catalogue;
    let now = app.ports.now();
    write_with(app.database().await?, async |tx| {
        if unchanged(tx, stored).await?.is_none() {
            return Ok(false);
        }
        let mut changes = Changes::default();
        // Removals first: another repository may want such a name.
        let removals = RemovalReason::ALL.map(Todo::Remove);
        let going = members::pending(tx, &catalogue.name, &removals, REPOS_PER_TRANSACTION).await?;
        let (mut moving, mut touched) = (Vec::new(), Vec::new());
        if going.is_empty() {
            moving = members::pending(tx, &catalogue.name, &[Todo::Move], MAX_RENAMES).await?;
        }
        if going.is_empty() && moving.is_empty() {
            touched = members::pending(tx, &catalogue.name, &[Todo::Touch], REPOS_PER_TRANSACTION).await?;
        }
        if going.is_empty() && moving.is_empty() && touched.is_empty() {
            return Ok(false);
        }
        remove(tx, &catalogue.name, going, &mut changes, now).await?;
        rename::follow(tx, catalogue, moving, &mut changes, now).await?;
        touch(tx, &catalogue.name, touched).await?;
        publish_all(tx, app.configured_url(), &catalogue.actor(), changes, now).await?;
        Ok(true)
    })
    .await
}

async fn publish_all(
    tx: &mut impl Transaction,
    own: &str,
    actor: &str,
    changes: Changes,
    now: Seconds,
) -> Result<(), Problem> {
    // No request causes this; the empty id has it recorded all the same.
    let origin = Origin { actor, cause: cause::CATALOGUE, request_id: Some("") };
    let Changes { lines, events } = changes;
    let mut lines: Contributions<'_> = lines.iter().map(|(repo, line)| (repo.as_str(), line.clone())).collect();
    // An upstream may offer a repo that was removed here.
    let ended: Vec<&str> = lines.iter().filter(|(_, line)| line.is_none()).map(|(repo, _)| *repo).collect();
    lines.extend(choose_anew(tx, own, &ended, now).await?);
    let revision = publish(tx, lines, origin, now).await?.whole()?;
    for (action, repo, before, after) in &events {
        let (before, after) = (before.clone(), after.clone());
        let event = Event { action, subject: Subject::Repo(repo), before, after, revision: revision.as_ref() };
        events::record(tx, origin, event, now).await?;
    }
    Ok(())
}

async fn remove(
    tx: &mut impl Transaction,
    catalogue: &str,
    going: Vec<Known>,
    changes: &mut Changes,
    now: Seconds,
) -> Result<(), StoreError> {
    let (mut kept, mut forgotten) = (Vec::new(), Vec::new());
    for mut known in going {
        let Some(Todo::Remove(gone)) = known.todo.take() else { continue };
        if let Some(repo) = known.repo.take()
            && let Some(registered) = registrations::get(tx, &repo).await?
        {
            registrations::delete(tx, &repo).await?;
            former::record_removal(tx, &repo, gone, None, now).await?;
            changes.events.push((action::DEREGISTER, repo.clone(), json!(registered.registration), Value::Null));
            changes.lines.insert(repo, None);
        }
        if gone == RemovalReason::Vanished {
            forgotten.push(known.member.id);
            continue;
        }
        known.absent_since = None;
        // An archived repository may come back without a push.
        known.probed = (gone == RemovalReason::WithoutIndex).then(|| known.member.changed.clone());
        known.skipped = Some(known.member.unfit.unwrap_or(Skipped::NoIndex));
        kept.push(known);
    }
    members::save(tx, catalogue, &kept).await?;
    members::forget(tx, catalogue, &forgotten).await
}

/// Makes the sources of these repositories due, unless a webhook announces pushes that concern the index.
async fn touch(tx: &mut impl Transaction, catalogue: &str, mut touched: Vec<Known>) -> Result<(), StoreError> {
    touched.iter_mut().for_each(|known| known.todo = None);
    let repos: Vec<&str> = touched.iter().filter_map(|known| known.repo.as_deref()).collect();
    let polled = sources::by_repos(tx, &repos).await?.into_values().filter(|source| source.record.pushed_at.is_none());
    let mut sources: Vec<Source> = polled.collect();
    sources.iter_mut().for_each(|source| source.record.next_check_at = None);
    sources::save_records(tx, &sources).await?;
    members::save(tx, catalogue, &touched).await
}
