//! Finds conflicts without holding all ids in memory at once.

use federation::compose::{Conflicts, Listing, SourceLine};
use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use store::database::Transaction;
use store::fragments::{self, Stored};
use store::{StoreError, revisions::steps::Capabilities};

/// How many capabilities' ids are read at a time.
const AT_ONCE: usize = 2000;

type Found = [(SourceLine, Option<Stored>)];

/// Finds the conflicts among these sources.
pub(super) async fn find(tx: &mut impl Transaction, sources: &Found) -> Result<Conflicts, StoreError> {
    // The first pass keeps only a hash of each id, a few bytes. Ids with equal hashes are compared in a second pass.
    let hasher = RandomState::new();
    let mut hashes = Vec::new();
    visit(tx, sources, |_, ids| hashes.extend(ids.iter().map(|id| hasher.hash_one(id)))).await?;
    hashes.sort_unstable();
    let twice: HashSet<u64> =
        hashes.windows(2).filter_map(|pair| (pair.first() == pair.last()).then(|| pair.first().copied())?).collect();
    drop(hashes);
    if twice.is_empty() {
        return Ok(Conflicts::default());
    }
    let mut listing = Listing::default();
    let is_twice = |id: &String| twice.contains(&hasher.hash_one(id));
    visit(tx, sources, |repo, ids| listing.add(repo, ids.into_iter().filter(is_twice))).await?;
    Ok(listing.finish(twice.len()))
}

/// Finds the conflicts that `repo` would have with the other sources of the newest revision if it published these ids.
pub async fn conflicts_with_others(
    tx: &mut impl Transaction,
    repo: &str,
    ids: &[String],
) -> Result<Conflicts, StoreError> {
    let sources = store::revisions::stored(tx, None).await?;
    let others: Vec<_> = sources.into_iter().filter(|(line, _)| line.repo != repo).collect();
    let wanted: HashSet<&str> = ids.iter().map(String::as_str).collect();
    let mut shared = HashSet::new();
    let mut listing = Listing::default();
    visit(tx, &others, |repo, ids| {
        let ids: Vec<String> = ids.into_iter().filter(|id| wanted.contains(id.as_str())).collect();
        shared.extend(ids.iter().filter_map(|id| wanted.get(id.as_str()).copied()));
        listing.add(repo, ids);
    })
    .await?;
    listing.add(repo, shared.iter().map(|id| (*id).to_owned()));
    Ok(listing.finish(shared.len()))
}

/// Visits the ids of every source, a few sources at a time.
async fn visit(
    tx: &mut impl Transaction,
    sources: &Found,
    mut show: impl FnMut(&str, Vec<String>) + Send,
) -> Result<(), StoreError> {
    let mut rest = sources;
    while !rest.is_empty() {
        let mut sum = 0;
        let fitting = rest.iter().take(fragments::PIECES_AT_ONCE).take_while(|(line, _)| {
            let first = sum == 0;
            sum += line.capability_count.max(1);
            first || sum <= AT_ONCE
        });
        let (batch, after) = rest.split_at(fitting.count().max(1));
        rest = after;
        let numbers: Vec<i64> = batch.iter().filter_map(|(_, stored)| Some(stored.as_ref()?.number)).collect();
        let mut ids = fragments::ids(tx, &numbers).await?;
        for (line, stored) in batch {
            let kept = stored.as_ref().and_then(|stored| ids.remove(&stored.number));
            let ids = match kept.filter(|ids| ids.len() == line.capability_count) {
                Some(ids) => ids,
                None => Capabilities::of(tx, Some(line)).await?.ids,
            };
            show(&line.repo, ids);
        }
    }
    Ok(())
}
