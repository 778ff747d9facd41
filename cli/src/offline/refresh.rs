//! Refreshes many sources in parallel.

use super::{Cache, Lock};
use crate::clock;
use crate::failure::Failure;
use crate::fetch::Fetcher;
use federation::check::Judged;
use federation::digest::Digest;
use federation::plan::Queue;
use federation::registration::Registration;
use federation::source::{Effect, Observation, SourceRecord};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;

/// A source after its check.
#[derive(Debug)]
pub(crate) struct Refreshed {
    pub(crate) source: Registration,
    /// The updated record.
    pub(crate) record: SourceRecord,
    pub(crate) effect: Effect,
}

/// Fetches each of `sources`, even if it is not due, and stores the results in the cache. For a source that is not in the cache or has a
/// new URL, the snapshot in `lock` counts as accepted. Held snapshots of the sources in `release` are accepted.
pub(crate) async fn refresh(
    sources: Vec<Registration>,
    release: &[String],
    lock: Option<&Lock>,
    cache: &Cache,
    mut each: impl FnMut(),
) -> Result<Vec<Refreshed>, Failure> {
    let fetcher = &Fetcher::default();
    let mut queue = Queue::default();
    for source in sources {
        let url = source.url.clone();
        queue.push(&url, source);
    }
    let mut running = FuturesUnordered::new();
    let mut refreshed = Vec::new();
    loop {
        while let Some((host, source)) = queue.start() {
            let known = known(&source, lock, cache);
            running.push(async move {
                let checked = check(fetcher, &source, &known).await;
                (host, source, known, checked)
            });
        }
        let Some((host, source, mut record, (observation, snapshot))) = running.next().await else { break };
        queue.finish(&host);
        if let Some((digest, bytes)) = &snapshot {
            cache.keep_snapshot(digest, bytes)?;
        }
        let mut effect = record.observe(&source, observation, clock::now(), 0.0);
        if release.contains(&source.repo) && record.release(&source.url, None).is_ok() {
            effect = Effect::Accepted;
        }
        cache.keep_record(&source.url, &record)?;
        refreshed.push(Refreshed { source, record, effect });
        each();
    }
    Ok(refreshed)
}

/// Checks a source. Returns the observation, and the exact bytes of a valid index that was not known before.
async fn check(
    fetcher: &Fetcher,
    source: &Registration,
    known: &SourceRecord,
) -> (Observation, Option<(Digest, Vec<u8>)>) {
    match federation::check::check(fetcher, source, known).await {
        Err(observation) => (observation, None),
        Ok(content) => {
            let digest = content.digest.clone();
            let Judged { observation, valid, is_at_head, .. } = content.judge(source);
            (observation.at_head_if(is_at_head), valid.map(|(bytes, _)| (digest, bytes)))
        }
    }
}

fn known(source: &Registration, lock: Option<&Lock>, cache: &Cache) -> SourceRecord {
    let mut record = cache.record(&source.url);
    if record.accepted.is_none() {
        let locked = lock.and_then(|lock| lock.sources.iter().find(|locked| locked.repo == source.repo));
        let usable = locked.filter(|locked| locked.url.is_some() && cache.has(&locked.index_digest));
        record.accepted = usable.map(|locked| locked.line().into());
    }
    record
}
