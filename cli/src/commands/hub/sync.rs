//! `reuse-surface hub sync`.

use crate::args::Sync;
use crate::client::{self, Client};
use crate::commands::mirror;
use crate::commands::transparency::prove;
use crate::exit::Exit;
use crate::failure::{Failure, REPORT, chain};
use crate::offline::{Cache, Lock, Locked, Manifest, Source, lock, may_replace, replace};
use crate::output::Output;
use api::federated::Manifest as Revision;
use api::repos::Registration;
use api::repos::ReposQuery;
use federation::compose::SourceLine;
use federation::digest::Digest;
use federation::yaml;
use serde_json::json;
use std::fs;
use std::path::Path;

/// The beginning of a manifest that this command wrote.
const GENERATED: &str = "# The registrations of ";

/// The line after that, before the digest of everything below it.
const UNCHANGED: &str = "# If you change this file, it is replaced only with --force. ";

/// How many times the hub is read before giving up, if it changes in the meantime.
const MAX_READS: usize = 3;

pub(super) async fn run(args: &Sync, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let lock_path = Manifest::lock_path(&args.manifest);
    if !is_as_written(&args.manifest) {
        may_replace(&args.manifest, &[], args.force)?;
    }
    may_replace(&lock_path, &[lock::HEADER], args.force)?;
    let remembered = match Lock::read(&lock_path) {
        Err(_) if args.force => None,
        lock => lock?.and_then(|lock| lock.log),
    };
    let (revision, repos) = read(client).await?;
    let cache = Cache::open()?;
    let downloaded = mirror::snapshots(client, &revision.sources, &cache, output).await?;
    let locked: Vec<Locked> = revision.sources.into_iter().map(Locked::from).collect();
    accept(&cache, &locked)?;

    let mut lock = Lock::new(revision.revision, revision.composed_at, locked);
    let proven = match lock.leaf() {
        Some(leaf) => prove(client, &args.trust, remembered.as_ref(), lock.revision, &leaf).await?,
        None => None,
    };
    let (proven, log) = proven.unzip();
    lock.log = log.or(remembered);
    warn_of_lost(&args.manifest, &repos, output);
    let folder = args.manifest.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder).map_err(|error| {
        Failure::new(Exit::Refused, format!("{} cannot be created", folder.display()))
            .because(chain(&error))
            .hint("set --manifest to a file in a directory that you can write to")
    })?;
    replace(&args.manifest, manifest(client, &repos)?.as_bytes())?;
    lock.write(&lock_path)?;

    let value = json!({
        "manifest": args.manifest.display().to_string(),
        "lock": lock_path.display().to_string(),
        "revision": lock.revision,
        "digest": lock.digest(),
        "registrations": repos.len(),
        "sources": lock.sources.len(),
        "downloaded": downloaded,
        "log": proven,
    });
    output.result(&value, |text| {
        text.line(format!("{}: {} registrations", args.manifest.display(), repos.len()));
        text.line(format!(
            "{}: revision {}, {} sources, {downloaded} of their snapshots downloaded",
            lock_path.display(),
            lock.revision,
            lock.sources.len()
        ));
        if let Some(proven) = &proven {
            text.line(format!("revision {} is {}", lock.revision, proven.sentence()));
        }
    })?;
    Ok(Exit::Done)
}

/// The newest revision, and the registrations that match it.
async fn read(client: &Client) -> Result<(Revision, Vec<Registration>), Failure> {
    for _ in 0..MAX_READS {
        let repos = client::list(client, ReposQuery::default(), None).await?.items;
        let revision = client::manifest(client, None).await?;
        let mut repos: Vec<Registration> = repos.into_iter().map(|it| it.registration).collect();
        repos.sort_by(|one, other| one.repo.cmp(&other.repo));
        let found =
            |repo: &str| repos.binary_search_by(|it| it.repo.as_str().cmp(repo)).ok().and_then(|at| repos.get(at));
        let fits = |line: &SourceLine| found(&line.repo).is_some_and(|it| it.domain == line.domain && it.enabled);
        if revision.sources.iter().all(fits) {
            return Ok((revision, repos));
        }
    }
    Err(Failure::new(Exit::Refused, "the hub changed while it was read").hint("try again in a while"))
}

/// Records the hub's accepted snapshots as accepted here, so that the guard compares with them from now on.
fn accept(cache: &Cache, sources: &[Locked]) -> Result<(), Failure> {
    for locked in sources {
        let Some(url) = &locked.url else { continue };
        let mut record = cache.record(url);
        if record.accepted.as_ref().is_none_or(|accepted| accepted.digest != locked.index_digest) {
            record.accepted = Some(locked.line().into());
            record.held = None;
        }
        cache.keep_record(url, &record)?;
    }
    Ok(())
}

fn manifest(client: &Client, repos: &[Registration]) -> Result<String, Failure> {
    let text = yaml::to_string(&json!({ "version": 1, "sources": repos })).map_err(|error| {
        Failure::new(Exit::Refused, "the manifest cannot be written as YAML").because([error.to_string()]).hint(REPORT)
    })?;
    let digest = Digest::of(text.as_bytes());
    Ok(format!("{GENERATED}{}, generated by `reuse-surface hub sync`.\n{UNCHANGED}{digest}\n{text}", client.base()))
}

/// Whether this command wrote the file and it has not been changed since.
fn is_as_written(path: &Path) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    let (Some(_), Some((_, rest))) = (text.strip_prefix(GENERATED), text.split_once(UNCHANGED)) else { return false };
    rest.split_once('\n').is_some_and(|(digest, sources)| digest == Digest::of(sources.as_bytes()).to_string())
}

/// Warns about sources that were added to the manifest by hand and are lost.
fn warn_of_lost(path: &Path, repos: &[Registration], output: &Output) {
    let Ok(before) = (if path.exists() { Manifest::read(path) } else { return }) else { return };
    let is_kept = |source: &&Source| repos.iter().any(|repo| repo.repo == source.repo());
    let lost: Vec<&str> = before.sources.iter().filter(|source| !is_kept(source)).map(Source::repo).collect();
    if !lost.is_empty() {
        output.warn(&format!(
            "the manifest had sources that the hub does not have; they were removed: {}",
            lost.join(", ")
        ));
    }
}
