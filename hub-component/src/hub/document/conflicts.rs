//! Finds conflicts without holding all ids in memory at once.

use federation::compose::{Conflict, SourceLine, conflicts};
use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use store::database::Transaction;
use store::fragments::{self, Stored};
use store::{StoreError, revisions::steps::Capabilities};

/// How many capabilities' ids are read at a time.
const AT_ONCE: usize = 2000;

type Found = [(SourceLine, Option<Stored>)];

/// Finds every conflict among these sources, which are ordered by repo.
pub(super) async fn find(tx: &mut impl Transaction, sources: &Found) -> Result<Vec<Conflict>, StoreError> {
    // The first pass keeps only a hash of each id, a few bytes. Ids with equal hashes are compared in a second pass.
    let hasher = RandomState::new();
    let mut hashes = Vec::new();
    visit(tx, sources, |_, ids| hashes.extend(ids.iter().map(|id| hasher.hash_one(id)))).await?;
    hashes.sort_unstable();
    let twice: HashSet<u64> =
        hashes.windows(2).filter_map(|pair| (pair.first() == pair.last()).then(|| pair.first().copied())?).collect();
    drop(hashes);
    if twice.is_empty() {
        return Ok(Vec::new());
    }
    let mut suspects: BTreeMap<String, Vec<String>> = BTreeMap::new();
    visit(tx, sources, |repo, ids| {
        let ids: Vec<String> = ids.into_iter().filter(|id| twice.contains(&hasher.hash_one(id))).collect();
        if !ids.is_empty() {
            suspects.insert(repo.to_owned(), ids);
        }
    })
    .await?;
    Ok(conflicts(suspects.iter().map(|(repo, ids)| (repo.as_str(), ids.iter().map(String::as_str)))))
}

/// Returns which of these ids the other sources of the newest revision publish, by repo.
pub async fn publishers(
    tx: &mut impl Transaction,
    except: &str,
    wanted: &HashSet<&str>,
) -> Result<BTreeMap<String, Vec<String>>, StoreError> {
    let sources = store::revisions::stored(tx, None).await?;
    let others: Vec<_> = sources.into_iter().filter(|(line, _)| line.repo != except).collect();
    let mut publishers = BTreeMap::new();
    visit(tx, &others, |repo, ids| {
        let ids: Vec<String> = ids.into_iter().filter(|id| wanted.contains(id.as_str())).collect();
        if !ids.is_empty() {
            publishers.insert(repo.to_owned(), ids);
        }
    })
    .await?;
    Ok(publishers)
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
