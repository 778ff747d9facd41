//! Near-duplicates across repos: compares what was published, and reads the pairs that were found.

use super::paging::{self, cursor_after, foreign_cursor, key_of_cursor};
use crate::hub::App;
use crate::log;
use crate::ports::Ports;
use crate::problem::Problem;
use api::overlaps::{Overlap, Overlaps, OverlapsQuery};
use api::page::OVERLAPS;
use federation::search::{Counts, Fields, Index as _, MAX_OVERLAPS, Profile, Synonyms};
use federation::time::Seconds;
use serde_json::{Map, Value, json};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use store::database::{Transaction, read_with, write_with};
use store::overlaps::{self, Key, Pair, PairPosition};
use store::revisions::Head;
use store::search::{self, Scope};
use store::{StoreError, former};

/// Capabilities that are compared in one transaction, while other writers wait.
const CAPABILITIES_PER_TRANSACTION: usize = 8;

/// The longest time for which one request compares, in seconds; the rest is left to the next one.
const MAX_COMPARING_SECONDS: Seconds = 2;

/// Compares what has changed since the last time, for at most two seconds. Returns whether everything is compared.
///
/// # Errors
/// If the store fails. Every batch that was committed stays.
pub async fn compare<P: Ports>(app: &App<P>) -> Result<bool, StoreError> {
    let database = app.database().await?;
    let begun = app.ports.now();
    loop {
        let is_due = read_with(database, async |tx| {
            let is_due = !overlaps::due(tx, 1).await?.is_empty();
            Ok::<_, StoreError>(is_due)
        })
        .await?;
        if !is_due {
            return Ok(true);
        }
        if app.ports.now() - begun >= MAX_COMPARING_SECONDS {
            return Ok(false);
        }
        write_with(database, async |tx| {
            compare_some(tx, app.synonyms()).await?;
            Ok::<_, StoreError>(())
        })
        .await?;
    }
}

async fn compare_some(tx: &mut impl Transaction, synonyms: &Synonyms) -> Result<(), StoreError> {
    let keys = overlaps::due(tx, CAPABILITIES_PER_TRANSACTION).await?;
    let (_, size) = search::newest(tx).await?.unwrap_or_default();
    let places = overlaps::places(tx, &keys).await?;
    let at: Vec<(i64, u32)> = keys.iter().filter_map(|key| places.get(key).copied()).collect();
    let mut entries = read(tx, &at).await?;
    for key in &keys {
        let entry = places.get(key).and_then(|place| entries.iter().position(|(at, _)| at == place));
        let entry = entry.map(|at| entries.swap_remove(at).1);
        let pairs = match entry.and_then(|entry| Profile::of(&Value::Object(entry), synonyms)) {
            Some(profile) => compare_one(tx, key, &profile, size, synonyms).await?,
            None => Vec::new(),
        };
        overlaps::compared(tx, key, &pairs).await?;
    }
    Ok(())
}

async fn compare_one(
    tx: &mut impl Transaction,
    key: &Key,
    profile: &Profile,
    size: usize,
    synonyms: &Synonyms,
) -> Result<Vec<(Key, federation::search::Overlap)>, StoreError> {
    let rows = Scope::newest(tx).rows(&profile.terms()).await?;
    let size = u64::try_from(size).unwrap_or(u64::MAX);
    let candidates = profile.candidates(&key.repo, &rows, size);
    let entries = read(tx, &candidates).await?.into_iter();
    let others: Vec<(Key, Profile)> = entries
        .filter_map(|(_, entry)| {
            let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let key = Key { repo: text("source_repo"), id: text("id") };
            Some((key, Profile::of(&Value::Object(entry), synonyms)?))
        })
        .collect();
    let terms = others.iter().flat_map(|(_, other)| other.own_terms()).chain(profile.own_terms());
    let terms: BTreeSet<String> = terms.map(str::to_owned).collect();
    let counts = Counts { entries: search::counts(tx, &Vec::from_iter(terms)).await?, size };
    let mut pairs: Vec<_> =
        others.into_iter().filter_map(|(key, other)| Some((key, profile.overlap(&other, &counts)?))).collect();
    pairs.sort_by_key(|(key, overlap)| (Reverse(overlap.score), key.clone()));
    pairs.truncate(MAX_OVERLAPS);
    Ok(pairs)
}

/// Compares after a refresh, when no client waits. An error goes to the log: the next reader tries again.
pub async fn compare_quietly<P: Ports>(app: &App<P>) {
    if let Err(error) = compare(app).await {
        log::line("compare-failed", &json!({ "why": error.to_string() }));
    }
}

/// A page of pairs, the closest first. What was not compared yet is compared first, as far as time allows.
///
/// # Errors
/// `invalid-query`, `nothing-published`, or a failure of the store.
pub async fn page<P: Ports>(app: &App<P>, head: &Head, query: &OverlapsQuery) -> Result<Overlaps, Problem> {
    let limit = paging::limit(query.limit, OVERLAPS)?;
    let after = key_of_cursor(query.cursor.as_deref())?.map(after).transpose()?;
    let repo = super::search::bounded("repo", query.repo.as_deref())?;
    super::document::published(head)?;
    let revision = head.number();
    // A database that cannot be written to is still read.
    let complete = compare(app).await.unwrap_or(false);
    let (pairs, more, places, entries) = read_with(app.database().await?, async |tx| {
        let repo = former::current_of(tx, repo).await?;
        let mut pairs = overlaps::page(tx, repo.as_deref(), after, limit + 1).await?;
        let more = pairs.len() > limit;
        pairs.truncate(limit);
        let keys: Vec<Key> = pairs.iter().flat_map(|pair| pair.keys.clone()).collect();
        let places = overlaps::places(tx, &keys).await?;
        let entries = read(tx, &Vec::from_iter(places.values().copied())).await?;
        Ok::<_, Problem>((pairs, more, places, entries))
    })
    .await?;
    let entry = |key: &Key| {
        let place = places.get(key)?;
        let (_, entry) = entries.iter().find(|(at, _)| at == place)?;
        Some(Fields::Compact.of(entry.clone()))
    };
    let last = pairs.last().map(|pair| format!("{}.{}", pair.score, pair.number));
    let shown = |Pair { keys: [first, second], score, words, .. }: Pair| {
        Some(Overlap { score, words, capabilities: vec![entry(&first)?, entry(&second)?] })
    };
    let overlaps = pairs.into_iter().filter_map(shown).collect();
    Ok(Overlaps { revision, complete, overlaps, next: last.filter(|_| more).map(cursor_after) })
}

fn after(text: &str) -> Result<PairPosition, Problem> {
    let place = text
        .split_once('.')
        .and_then(|(score, number)| Some(PairPosition { score: score.parse().ok()?, number: number.parse().ok()? }));
    place.ok_or_else(foreign_cursor)
}

/// The entries at these places.
async fn read(
    tx: &mut impl Transaction,
    places: &[(i64, u32)],
) -> Result<Vec<((i64, u32), Map<String, Value>)>, StoreError> {
    let entries = search::entries(tx, places).await?.into_iter();
    let read = |(at, json): (usize, String)| Some((*places.get(at)?, serde_json::from_str(&json).ok()?));
    Ok(entries.filter_map(read).collect())
}
