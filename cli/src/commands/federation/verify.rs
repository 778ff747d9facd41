//! `reuse-surface federation verify`.

use super::commits::{self, Commits, Finding};
use super::head;
use crate::args::Verify;
use crate::client::{self, Client, Request};
use crate::commands::mirror;
use crate::commands::transparency::{prove, prove_locked};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::offline::log::{LogMemory, Proven};
use crate::offline::{Cache, Composition, Contribution, Lock, Locked, Manifest as ManifestFile};
use crate::output::{Output, Text, Tone};
use api::federated::{FederatedQuery, Manifest};
use api::paths;
use federation::compose::{Filter, Format};
use federation::transparency::entry;
use serde_json::json;
use std::path::Path;

/// Maximum size of an input in bytes, more than any document has.
const MAX_DOCUMENT_BYTES: usize = 1 << 30;

pub(super) async fn run(args: &Verify, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let given = args.file.as_deref().map(|path| input::read(path, MAX_DOCUMENT_BYTES)).transpose()?;
    let revision = match (&given, &args.file) {
        (Some(document), Some(name)) => Some(head::revision(document).ok_or_else(|| not_a_revision(name))?),
        _ => None,
    };
    let filter = given.as_deref().map(head::filter).unwrap_or_default();
    let cache = Cache::open()?;
    let Revision { mut manifest, proven, is_offline } = find(client, args, revision, &cache).await?;
    manifest.sources.retain(|it| filter.takes(it));
    let downloaded = mirror::snapshots(client, &manifest.sources, &cache, output).await?;

    let Document { bytes: expected, format, name } = document(client, args, given, manifest.revision).await?;
    let revision = manifest.revision;
    let commits = if args.commits { Some(commits::compare(&manifest).await) } else { None };
    let part = if filter.is_whole() { "," } else { ", the part that its filter names," };
    let composed = compose(manifest, filter, &cache)?.render(format)?;
    let difference = first_difference(&expected, composed.as_bytes());
    let value = json!({
        "hub": client.base().to_string(),
        "revision": revision,
        "identical": difference.is_none(),
        "bytes": composed.len(),
        "downloaded": downloaded,
        "offline": is_offline,
        "log": proven,
        "commits": commits,
        "difference": difference.as_ref().map(|it| json!({ "line": it.line, "given": it.given, "composed": it.composed })),
    });
    output.result(&value, |text| {
        if difference.is_none() {
            text.line(format!(
                "{name}: revision {revision}{part} composed again from its snapshots, {} identical bytes",
                composed.len()
            ));
        }
        if let (None, Some(proven)) = (&difference, &proven) {
            text.line(format!("revision {revision} is {}", proven.sentence()));
        }
        if let Some(commits) = &commits {
            describe(text, commits);
        }
    })?;
    let Some(Difference { line, given, composed }) = difference else {
        return commits.map_or(Ok(Exit::Done), |commits| commits_proven(revision, &commits));
    };
    Err(Failure::new(
        Exit::Refused,
        format!("{name} is not the composition of revision {revision}: it differs in line {line}"),
    )
    .because([format!("it has    {given}"), format!("should be {composed}")])
    .hint("the document was changed in transit: fetch it from the hub directly, without a proxy or a cache"))
}

/// The document that a revision is expected to compose to.
struct Document {
    bytes: Vec<u8>,
    format: Format,
    /// Its name in messages.
    name: String,
}

/// The `given` document, or else the hub's document of this revision.
async fn document(client: &Client, args: &Verify, given: Option<Vec<u8>>, revision: u64) -> Result<Document, Failure> {
    if let (Some(bytes), Some(name)) = (given, &args.file) {
        let format = if bytes.starts_with(b"{") { Format::Json } else { Format::Yaml };
        return Ok(Document { bytes, format, name: name.clone() });
    }
    let query = FederatedQuery {
        // The document before the first revision has no number that could be requested.
        revision: (revision > 0).then_some(revision),
        format: Some("yaml".to_owned()),
        ..FederatedQuery::default()
    };
    let bytes = client.download(Request::get(paths::FEDERATED).query(&query)).await?;
    Ok(Document { bytes, format: Format::Yaml, name: format!("the document of {}", client.base()) })
}

/// A revision to compose again.
struct Revision {
    manifest: Manifest,
    /// What was proven about it, if the log was checked.
    proven: Option<Proven>,
    /// Whether no request was sent to the hub.
    is_offline: bool,
}

/// The sources of a revision: from the lock if that has them all and proves them, otherwise from the hub.
async fn find(client: &Client, args: &Verify, number: Option<u64>, cache: &Cache) -> Result<Revision, Failure> {
    let path = ManifestFile::lock_path(&args.manifest);
    let lock = Lock::read(&path)?;
    // Only the hub knows the commits.
    let is_enough = |lock: &&Lock| !args.commits && Some(lock.revision) == number && lock.is_complete(cache);
    if let Some(lock) = lock.as_ref().filter(is_enough)
        && let Some(leaf) = lock.leaf()
        // The hub must prove what the lock does not, with a log that extends the one that the lock remembers.
        && let Ok(Some(proven)) = prove_locked(&args.trust, lock.log.as_ref(), &leaf)
    {
        return Ok(Revision { manifest: lock.manifest(), proven: Some(proven), is_offline: true });
    }
    let manifest = client::manifest(client, number).await?;
    let proven = prove_revision(client, args, &manifest, lock, &path).await?;
    Ok(Revision { manifest, proven, is_offline: false })
}

/// Asks for the proof that a revision is in the hub's log, and remembers the log in the lock, if there is one.
async fn prove_revision(
    client: &Client,
    args: &Verify,
    manifest: &Manifest,
    lock: Option<Lock>,
    path: &Path,
) -> Result<Option<Proven>, Failure> {
    let Some(composed_at) = &manifest.composed_at else { return Ok(None) };
    let leaf = entry(manifest.revision, &manifest.digest, composed_at);
    let known = lock.as_ref().and_then(|lock| lock.log.clone());
    let proven = prove(client, &args.trust, known.as_ref(), manifest.revision, &leaf).await?;
    let Some((proven, new)) = proven else { return Ok(None) };
    if let Some(mut lock) = lock {
        let proofs = match lock.leaf() == Some(leaf) {
            true => new.proofs,
            false => known.map(|known| known.proofs).unwrap_or_default(),
        };
        lock.log = Some(LogMemory { proofs, ..new });
        lock.write(path)?;
    }
    Ok(Some(proven))
}

fn describe(text: &mut Text, commits: &Commits) {
    text.line(format!("{} sources have the bytes of their commit", commits.same.len()));
    for Finding { repo, commit, why } in &commits.different {
        text.headed("!", Tone::Bad, format!("{repo} at {commit}: {why}"));
    }
    for Finding { repo, commit, why } in &commits.unread {
        text.headed("?", Tone::Warn, format!("{repo} at {commit}: {why}"));
    }
    if !commits.unknown.is_empty() {
        text.line(format!("{} sources were not pushed from a commit that the hub knows", commits.unknown.len()));
    }
}

/// Whether every commit that is known proves what the hub published.
fn commits_proven(revision: u64, Commits { different, unread, .. }: &Commits) -> Result<Exit, Failure> {
    match (different.len(), unread.len()) {
        (0, 0) => Ok(Exit::Done),
        (0, count) => Err(Failure::new(
            Exit::Refused,
            format!("{count} sources of revision {revision} could not be compared with their commits"),
        )
        .hint("make sure that this machine can read these repositories, and run the command again")),
        (count, _) => Err(Failure::new(
            Exit::Refused,
            format!("{count} sources of revision {revision} do not have the bytes of their commits"),
        )
        .hint("compare the snapshot of the hub with the file at the commit, and ask the maintainers")),
    }
}

fn not_a_revision(name: &str) -> Failure {
    Failure::new(Exit::Refused, format!("{name} is not the document of a hub's revision")).hint(
        "a hub's revisions start at 1; a document that was composed here without `reuse-surface hub sync` has none",
    )
}

fn compose(manifest: Manifest, filter: Filter, cache: &Cache) -> Result<Composition, Failure> {
    let (revision, composed_at) = (manifest.revision, manifest.composed_at);
    let lock = Lock::new(revision, composed_at, manifest.sources.into_iter().map(Locked::from).collect());
    let contributions = lock.sources.iter().map(|source| {
        let snapshot = cache.snapshot(&source.index_digest).ok_or_else(|| "its snapshot is missing".to_owned());
        snapshot.and_then(|bytes| Contribution::new(source.clone(), &bytes)).map_err(|why| {
            Failure::new(Exit::Refused, format!("revision {revision} cannot be composed"))
                .because([format!("{}: {why}", source.repo)])
                .hint("run the command again: missing snapshots are fetched again")
        })
    });
    let contributions = contributions.collect::<Result<Vec<_>, _>>()?;
    Ok(Composition::new(&lock, filter, contributions))
}

/// Where two documents first differ.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    /// The line number, from 1.
    line: usize,
    given: String,
    composed: String,
}

fn first_difference(given: &[u8], composed: &[u8]) -> Option<Difference> {
    if given == composed {
        return None;
    }
    let at = given.iter().zip(composed).take_while(|(one, other)| one == other).count();
    let before = composed.get(..at).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    Some(Difference { line, given: excerpt(given, start, at), composed: excerpt(composed, start, at) })
}

/// An excerpt around `at` of the line of `document` that begins at `start`.
fn excerpt(document: &[u8], start: usize, at: usize) -> String {
    const CONTEXT_BEFORE: usize = 40;
    const MAX_EXCERPT: usize = 120;
    let Some(line) = document.get(start..).filter(|rest| !rest.is_empty()) else { return "(nothing)".to_owned() };
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let from = (at - start).saturating_sub(CONTEXT_BEFORE).min(line.len());
    let to = (from + MAX_EXCERPT).min(line.len());
    let shown = String::from_utf8_lossy(line.get(from..to).unwrap_or_default()).into_owned();
    let cut = |is_cut: bool| if is_cut { "…" } else { "" };
    format!("{}{shown}{}", cut(from > 0), cut(to < line.len()))
}
