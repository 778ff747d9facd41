//! Composes from the lock file only.

use super::inputs::Inputs;
use super::report::Report;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::offline::{Cache, Contribution, Lock, Locked, Manifest};
use crate::output::Output;
use federation::digest::Digest;
use federation::limits::MAX_DECODED_BYTES;
use std::path::Path;

/// The snapshots that `lock` names, without fetching anything.
pub(super) fn inputs(manifest: &Manifest, path: &Path, lock: Option<Lock>, output: &Output) -> Result<Inputs, Failure> {
    let lock = lock.ok_or_else(|| {
        Failure::new(Exit::Refused, format!("there is no lock file at {}", path.display())).hint(
            "create it with `reuse-surface hub sync`, or with `reuse-surface federation compose` without --locked",
        )
    })?;
    fits(manifest, &lock, path, output)?;
    let cache = if lock.sources.iter().any(|source| source.url.is_some()) { Some(Cache::open()?) } else { None };
    let (mut contributions, mut reports, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for source in &lock.sources {
        let contribution =
            snapshot(manifest, source, cache.as_ref()).and_then(|bytes| Contribution::new(source.clone(), &bytes));
        match contribution {
            Ok(contribution) => {
                reports.push(Report::new(&source.repo, None, None, source.capability_count));
                contributions.push(contribution);
            }
            Err(why) => missing.push(format!("{}: {why}", source.repo)),
        }
    }
    if missing.is_empty() {
        return Ok(Inputs { lock, contributions, reports });
    }
    Err(Failure::new(Exit::Refused, format!("{} cannot be composed from the files on this machine", path.display()))
        .because(missing)
        .hint("fetch with `reuse-surface hub sync`, or write a new lock with `reuse-surface federation compose`"))
}

fn snapshot(manifest: &Manifest, source: &Locked, cache: Option<&Cache>) -> Result<Vec<u8>, String> {
    if let Some(index) = &source.index {
        let bytes = input::read(&manifest.locate(index).to_string_lossy(), MAX_DECODED_BYTES)
            .map_err(|failure| format!("{index} cannot be read: {}", failure.causes.join(": ")))?;
        let same = Digest::of(&bytes) == source.index_digest;
        return if same { Ok(bytes) } else { Err(format!("{index} has changed since the lock was written")) };
    }
    let snapshot = cache.and_then(|cache| cache.snapshot(&source.index_digest));
    snapshot.ok_or_else(|| format!("the snapshot {} is not in the cache", source.index_digest))
}

/// Refuses a lock that contradicts the manifest. A hub's sources that never had a valid index are only in the manifest; these cause a
/// warning.
fn fits(manifest: &Manifest, lock: &Lock, path: &Path, output: &Output) -> Result<(), Failure> {
    let mut differs = Vec::new();
    for locked in &lock.sources {
        let source = manifest.sources.iter().find(|source| source.repo() == locked.repo && source.is_enabled());
        match source {
            None => differs.push(format!("{}: the manifest has no enabled source of this name", locked.repo)),
            Some(source) if source.domain() != locked.domain || source.is_required() != locked.required => {
                differs.push(format!("{}: the manifest has a different `domain` or `required`", locked.repo));
            }
            Some(_) => {}
        }
    }
    for source in manifest.sources.iter().filter(|source| source.is_enabled()) {
        if lock.sources.iter().any(|locked| locked.repo == source.repo()) {
            continue;
        }
        if source.is_required() {
            differs.push(format!("{}: it is required but not in the lock", source.repo()));
        } else {
            output.warn(&format!("{} is not in the lock and contributes nothing", source.repo()));
        }
    }
    if differs.is_empty() {
        return Ok(());
    }
    Err(Failure::new(Exit::Refused, format!("{} does not match the manifest", path.display())).because(differs).hint(
        "write a new lock with `reuse-surface hub sync`, or with `reuse-surface federation compose` without --locked",
    ))
}
