//! Composes from the current indexes of the manifest's sources.

use super::inputs::Inputs;
use super::report::Report;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::offline::{Cache, Contribution, Local, Lock, Locked, Manifest, Refreshed, Source, refresh};
use crate::output::Output;
use crate::{clock, input};
use api::refresh::Outcome;
use federation::compose::SourceLine;
use federation::digest::Digest;
use federation::index;
use federation::limits::MAX_DECODED_BYTES;
use federation::problem::{Kind, sources};
use federation::registration::Registration;
use federation::source::State;
use std::collections::HashMap;

/// Fetches every enabled source, and accepts the held indexes of the sources in `release`. `known` is the lock of the previous composition.
pub(super) async fn inputs(
    manifest: &Manifest,
    release: &[String],
    known: Option<&Lock>,
    output: &Output,
) -> Result<Inputs, Failure> {
    if let Some(unknown) = release.iter().find(|repo| manifest.sources.iter().all(|source| source.repo() != **repo)) {
        return Err(Failure::new(Exit::Usage, format!("the manifest has no source `{unknown}`"))
            .hint("set --release to the name of one of its sources"));
    }
    let remote: Vec<Registration> = manifest
        .sources
        .iter()
        .filter_map(|source| match source {
            Source::Remote(registration) if registration.enabled => Some(registration.clone()),
            _ => None,
        })
        .collect();
    // Only remote sources are cached, so a manifest of local files needs no cache.
    let cache = if remote.is_empty() { None } else { Some(Cache::open()?) };
    let mut refreshed = HashMap::new();
    if let Some(cache) = &cache {
        let bar = output.bar(remote.len(), "sources");
        let all = refresh(remote, release, known, cache, || bar.step()).await?;
        refreshed.extend(all.into_iter().map(|one| (one.source.repo.clone(), one)));
    }

    let (mut contributions, mut reports) = (Vec::new(), Vec::new());
    for source in &manifest.sources {
        let (contribution, report) = match (source, refreshed.get(source.repo()), &cache) {
            _ if !source.is_enabled() => {
                (None, Report::new(source.repo(), Some(Outcome::Disabled), Some(State::Disabled), 0))
            }
            (Source::Local(source), _, _) => local(manifest, source),
            (Source::Remote(_), Some(refreshed), Some(cache)) => fetched(refreshed, cache)?,
            // Every enabled source has been fetched.
            _ => continue,
        };
        contributions.extend(contribution);
        reports.push(Report { required: source.is_required(), ..report });
    }
    let locked = contributions.iter().map(|it: &Contribution| it.source.clone()).collect();
    Ok(Inputs { lock: Lock::new(0, None, locked).with_revision_of_equal(known), contributions, reports })
}

fn fetched(refreshed: &Refreshed, cache: &Cache) -> Result<(Option<Contribution>, Report), Failure> {
    let Refreshed { source, record, effect } = refreshed;
    let state = record.state(true, &source.url, source.cache_ttl_seconds, clock::now());
    let count = record.accepted.as_ref().map_or(0, |accepted| accepted.capability_count);
    let report = Report::new(&source.repo, Some((*effect).into()), Some(state), count).explained(record);
    let Some(line) = SourceLine::of(source, record) else { return Ok((None, report)) };
    let damaged = |why: String| {
        Failure::new(Exit::Refused, format!("the cache entry of {} is unusable", source.repo))
            .because([why])
            .hint(format!("remove {} and try again", cache.record_path(&source.url).display()))
    };
    let bytes = cache.snapshot(&line.index_digest).ok_or_else(|| damaged("its snapshot is missing".to_owned()))?;
    Ok((Some(Contribution::new(line.into(), &bytes).map_err(damaged)?), report))
}

fn local(manifest: &Manifest, source: &Local) -> (Option<Contribution>, Report) {
    let failed = |kind: &'static Kind, message: String| Report {
        reason: Some(kind.into()),
        message: Some(message),
        ..Report::new(&source.repo, Some(Outcome::Failed), Some(State::Failed), 0)
    };
    let path = manifest.locate(&source.index);
    let bytes = match input::read(&path.to_string_lossy(), MAX_DECODED_BYTES) {
        Ok(bytes) => bytes,
        Err(failure) => {
            let why = failure.causes.first().cloned().unwrap_or(failure.what);
            return (None, failed(&sources::UNREADABLE, format!("{}: {why}", source.index)));
        }
    };
    let verdict = index::check_as(&bytes, source.format);
    let Some(index) = verdict.index else {
        let first = verdict.diagnostics.iter().find(|found| found.is_error());
        let (reason, message) = first.map(|first| (first.code.clone(), first.to_string())).unzip();
        let report = Report::new(&source.repo, Some(Outcome::Failed), Some(State::Failed), 0);
        return (None, Report { reason, message, diagnostics: verdict.diagnostics, ..report });
    };
    let locked = Locked {
        repo: source.repo.clone(),
        url: None,
        index: Some(source.index.clone()),
        domain: source.domain.clone(),
        required: source.required,
        index_digest: Digest::of(&bytes),
        capability_count: index.capabilities.len(),
        via: Vec::new(),
    };
    match Contribution::new(locked, &bytes) {
        Err(message) => (None, failed(&sources::UNWRITABLE, message)),
        Ok(contribution) => {
            let count = contribution.source.capability_count;
            (Some(contribution), Report::new(&source.repo, Some(Outcome::Accepted), Some(State::Fresh), count))
        }
    }
}
