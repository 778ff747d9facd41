//! Gives registrations the current address of their repositories and, if it is available, the current name.

use super::changes::Changes;
use crate::hub::publish::line;
use api::events::action;
use federation::catalogue::{Catalogue, Known, RemovalReason};
use federation::time::Seconds;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use store::database::Transaction;
use store::{StoreError, former, members, registrations, sources};

/// Moves the registrations of these repositories.
pub(super) async fn follow(
    tx: &mut impl Transaction,
    catalogue: &Catalogue,
    mut moving: Vec<Known>,
    changes: &mut Changes,
    now: Seconds,
) -> Result<(), StoreError> {
    let names = possible(tx, catalogue, &moving).await?;
    rename(tx, &names, changes, now).await?;
    for known in &mut moving {
        known.todo = None;
        let Some(repo) = &mut known.repo else { continue };
        if let Some(name) = names.get(repo) {
            repo.clone_from(name);
        }
        let Some(mut source) = sources::get(tx, repo).await? else { continue };
        let before = source.registered.registration.clone();
        let moved = known.member.url != before.url;
        if moved {
            source.registered.registration.url.clone_from(&known.member.url);
            registrations::update(tx, &source.registered.registration, now).await?;
            source.record.address_changed();
            sources::save_record(tx, &source).await?;
            let after = json!(source.registered.registration);
            changes.events.push((action::UPDATE, repo.clone(), json!(before), after));
        }
        changes.lines.insert(repo.clone(), line(&source));
    }
    members::save(tx, &catalogue.name, &moving).await
}

/// The available new names by the old ones. A name in use is available only if its registration is renamed too.
async fn possible(
    tx: &mut impl Transaction,
    catalogue: &Catalogue,
    moving: &[Known],
) -> Result<HashMap<String, String>, StoreError> {
    let (mut names, mut wanted, mut taken) = (HashMap::new(), HashSet::new(), HashSet::new());
    for known in moving {
        let (Some(old), Some(new)) = (&known.repo, known.member.repo(&catalogue.prefix)) else { continue };
        if *old == new || registrations::get(tx, old).await?.is_none() || !wanted.insert(new.clone()) {
            continue;
        }
        if registrations::get(tx, &new).await?.is_some() {
            taken.insert(new.clone());
        }
        names.insert(old.clone(), new);
    }
    loop {
        let stay: Vec<String> = names
            .iter()
            .filter(|(_, new)| taken.contains(*new) && !names.contains_key(*new))
            .map(|(old, _)| old.clone())
            .collect();
        if stay.is_empty() {
            return Ok(names);
        }
        for old in stay {
            names.remove(&old);
        }
    }
}

/// Renames them all by way of names that cannot be registered, since two may swap theirs.
async fn rename(
    tx: &mut impl Transaction,
    names: &HashMap<String, String>,
    changes: &mut Changes,
    now: Seconds,
) -> Result<(), StoreError> {
    let between = |old: &str| format!("~{old}");
    for old in names.keys() {
        if let Some(registered) = registrations::get(tx, old).await? {
            registrations::rename(tx, &registered, &between(old)).await?;
            changes.lines.insert(old.clone(), None);
        }
    }
    for (old, new) in names {
        if let Some(registered) = registrations::get(tx, &between(old)).await? {
            registrations::rename(tx, &registered, new).await?;
            let after = json!(registrations::get(tx, new).await?.map(|registered| registered.registration));
            changes.events.push((action::RENAME, new.clone(), json!({ "repo": old }), after));
        }
    }
    for (old, new) in names {
        if registrations::get(tx, old).await?.is_none() {
            former::record_removal(tx, old, RemovalReason::Renamed, Some(new), now).await?;
        }
    }
    Ok(())
}
