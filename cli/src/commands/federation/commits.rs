//! Compares what a revision was made of with the files at the commits that it names.

use crate::fetch::Fetcher;
use api::federated::Manifest;
use federation::compose::SourceLine;
use federation::digest::Digest;
use federation::fetch::{Fetched, Validators};
use federation::forge::at_commit;
use federation::provenance::Provenance;
use futures::{StreamExt as _, stream};
use serde::Serialize;

/// Maximum number of files that are fetched at a time.
const AT_A_TIME: usize = 4;

/// The results for the sources of a revision.
#[derive(Debug, Default, Serialize)]
pub(super) struct Commits {
    /// Repos whose file at the commit has the bytes that the hub published.
    pub(super) same: Vec<String>,
    /// Repos whose file at the commit has different bytes, or is in a different repository.
    pub(super) different: Vec<Finding>,
    /// Repos whose file at the commit could not be read.
    pub(super) unread: Vec<Finding>,
    /// Repos whose commit the hub does not know.
    pub(super) unknown: Vec<String>,
}

/// Why the commit of a source does not prove what the hub published.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub(super) repo: String,
    pub(super) commit: String,
    pub(super) why: String,
}

enum Outcome {
    Same,
    Different(String),
    Unread(String),
}

/// Fetches the file of each source at its commit. The address at the commit is derived from the address of the index, so that the hub cannot name a file
/// of its own choice.
pub(super) async fn compare(manifest: &Manifest) -> Commits {
    let fetcher = &Fetcher::default();
    let checks = manifest.sources.iter().map(|line| async move {
        match manifest.provenance.get(&line.repo) {
            Some(commit) => (line, Some((commit, outcome(fetcher, line, commit).await))),
            None => (line, None),
        }
    });
    let mut checks = stream::iter(checks).buffered(AT_A_TIME);
    let mut commits = Commits::default();
    while let Some((line, checked)) = checks.next().await {
        let repo = line.repo.clone();
        let Some((Provenance { commit, .. }, outcome)) = checked else {
            commits.unknown.push(repo);
            continue;
        };
        let finding = |why| Finding { repo: repo.clone(), commit: commit.clone(), why };
        match outcome {
            Outcome::Same => commits.same.push(repo),
            Outcome::Different(why) => commits.different.push(finding(why)),
            Outcome::Unread(why) => commits.unread.push(finding(why)),
        }
    }
    commits
}

async fn outcome(fetcher: &Fetcher, line: &SourceLine, said: &Provenance) -> Outcome {
    let Ok((url, derived)) = at_commit(&line.url, &said.commit, said.reference.as_deref()) else {
        return Outcome::Unread(format!(
            "{} does not show where the file is at a commit of {}",
            line.url, said.repository
        ));
    };
    if derived.repository != said.repository {
        return Outcome::Different(format!("the index is in {}, not in {}", derived.repository, said.repository));
    }
    match fetcher.fetch(&url, Validators::default()).await {
        Ok(Fetched::Index { bytes, .. }) if Digest::of(&bytes) == line.index_digest => Outcome::Same,
        Ok(Fetched::Index { bytes, .. }) => {
            Outcome::Different(format!("{url} has {}, the hub has {}", Digest::of(&bytes), line.index_digest))
        }
        // Not possible without validators.
        Ok(Fetched::NotModified) => Outcome::Unread(format!("{url} was not sent")),
        Err(failure) => Outcome::Unread(format!("{url}: {failure}")),
    }
}
