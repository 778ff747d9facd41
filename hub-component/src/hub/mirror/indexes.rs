//! Fetches the indexes that another hub publishes, and judges them as if they had been fetched at their sources.

use super::{Fault, fetch};
use crate::hub::App;
use crate::hub::refresh::{NewSnapshot, judge};
use crate::ports::Ports;
use federation::check::Content;
use federation::compose::SourceLine;
use federation::digest::Digest;
use federation::problem::{Code, answers, upstreams};
use federation::registration::Registration;
use federation::source::Observation;
use federation::time::Seconds;
use futures::{StreamExt as _, stream};
use std::collections::BTreeMap;
use store::database::{Autocommit, write_with};
use store::leases::Lease;
use store::{StoreError, fragments, snapshots};

/// Bytes of new snapshots, fetched and rendered, that are written together.
const BATCH_BYTES: usize = 8 << 20;

/// Indexes that are fetched at once.
const MAX_FETCHES: usize = 4;

/// The result for the wanted indexes.
#[derive(Default)]
pub struct Obtained {
    /// The repos whose index this version refuses, with a code.
    pub refused: BTreeMap<String, Code>,
    /// Whether time ran out before all were fetched. What was fetched is stored.
    pub is_cut: bool,
}

/// Fetches, validates and stores those indexes of these lines that are not stored yet. No fetch begins after `until`.
///
/// # Errors
/// If one does not arrive.
pub async fn obtain<P: Ports>(
    app: &App<P>,
    base: &str,
    mut wanted: Vec<(&SourceLine, &Registration)>,
    lease: &Lease,
    until: Option<Seconds>,
) -> Result<Obtained, Fault> {
    let database = app.database().await?;
    let digests: Vec<&Digest> = wanted.iter().map(|(line, _)| &line.index_digest).collect();
    let stored = snapshots::stored(&mut Autocommit(database), &digests).await?;
    let mut obtained = Obtained::default();
    wanted.retain(|(line, _)| match stored.get(&line.index_digest) {
        Some(count) if *count != line.capability_count => {
            obtained.refused.insert(line.repo.clone(), (&upstreams::UPSTREAM_FALSIFIED).into());
            false
        }
        known => known.is_none(),
    });
    let (mut batch, mut bytes): (Vec<(&SourceLine, NewSnapshot)>, usize) = (Vec::new(), 0);
    let digests: Vec<(usize, Digest)> = wanted.iter().map(|(line, _)| line.index_digest.clone()).enumerate().collect();
    let fetch = |(at, digest): (usize, Digest)| {
        let ports = &app.ports;
        async move {
            match until.is_none_or(|until| ports.now() < until) {
                true => Ok((at, Some(fetch::index(ports, base, &digest).await?))),
                false => Ok::<_, Fault>((at, None)),
            }
        }
    };
    let mut fetched = stream::iter(digests).map(fetch).buffer_unordered(MAX_FETCHES);
    while let Some(index) = fetched.next().await {
        let (at, index) = index?;
        let Some((line, registration)) = wanted.get(at) else { continue };
        let Some(index) = index else {
            obtained.is_cut = true;
            continue;
        };
        match verdict(line, registration, index) {
            Ok(new) => {
                bytes += new.bytes.len() + new.fragment.bytes();
                batch.push((line, new));
            }
            Err(code) => drop(obtained.refused.insert(line.repo.clone(), code)),
        }
        if bytes >= BATCH_BYTES {
            keep(app, std::mem::take(&mut batch), lease).await?;
            bytes = 0;
        }
    }
    keep(app, batch, lease).await?;
    Ok(obtained)
}

/// The snapshot to store, or why there is none, as a code.
fn verdict(line: &SourceLine, registration: &Registration, index: Vec<u8>) -> Result<NewSnapshot, Code> {
    let checked = judge(registration, Content::of(index));
    match (checked.snapshot, checked.observation) {
        (Some(new), _) if new.capability_count == line.capability_count => Ok(new),
        (None, Observation::Invalid { diagnostics, .. }) => {
            let first = diagnostics.iter().find(|found| found.is_error());
            Err(first.map_or_else(|| (&answers::INDEX_INVALID).into(), |found| found.code.clone()))
        }
        _ => Err((&upstreams::UPSTREAM_FALSIFIED).into()),
    }
}

async fn keep<P: Ports>(app: &App<P>, batch: Vec<(&SourceLine, NewSnapshot)>, lease: &Lease) -> Result<(), StoreError> {
    if batch.is_empty() {
        return Ok(());
    }
    let now = app.ports.now();
    write_with(app.database().await?, async |tx| {
        lease.renew(tx, now).await?;
        for (line, new) in batch {
            snapshots::insert(tx, &new.digest, &new.bytes, new.capability_count, &new.uses, now).await?;
            fragments::insert(tx, &new.digest, &line.repo, &new.domain, &new.fragment).await?;
        }
        Ok(())
    })
    .await
}
