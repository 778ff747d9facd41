//! Webhooks of forges: who sent one, what was pushed, and which indexes that concerns.
//!
//! Sources: GitHub *Webhook events and payloads* and *Validating webhook deliveries*, Gitea and Forgejo *Webhooks*, GitLab *Webhook events*.

use crate::digest::hex;
use crate::forge::{Forge, at_commit};
use crate::limits::MAX_URL_CHARS;
use crate::provenance::{Provenance, is_commit};
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use sha2::Sha256;
use std::collections::BTreeSet;
use subtle::ConstantTimeEq as _;

/// How the addresses of repositories on GitHub begin.
const GITHUB: &str = "https://github.com/";

impl Forge {
    /// Whether it signs the payload even if that is a field of a form, rather than the body.
    pub fn signs_payload(self) -> bool {
        matches!(self, Self::Gitea | Self::Forgejo)
    }

    fn event_header(self) -> &'static str {
        match self {
            Self::GitHub => "x-github-event",
            Self::Gitea => "x-gitea-event",
            Self::Forgejo => "x-forgejo-event",
            Self::GitLab => "x-gitlab-event",
        }
    }
}

/// What a request says about its sender.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// Whether it reports a push.
    pub is_push: bool,
    /// What distinguishes deliveries with equal bodies. Empty where the signature does not cover it; where the proof is
    /// the secret itself, whoever has seen it need not repeat a delivery.
    pub delivery: &'a [u8],
    proof: Proof<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Proof<'a> {
    /// HMAC-SHA-256 of the body, as hex.
    Signature(&'a str),
    /// The secret itself.
    Secret(&'a str),
}

impl<'a> Sender<'a> {
    /// Reads the headers of a delivery; `None` if the event or the proof is missing.
    pub fn of(forge: Forge, header: impl Fn(&'static str) -> Option<&'a str>) -> Option<Self> {
        let event = header(forge.event_header())?;
        let proof = match forge {
            Forge::GitHub => Proof::Signature(header("x-hub-signature-256")?.strip_prefix("sha256=")?),
            Forge::Gitea => Proof::Signature(header("x-gitea-signature")?),
            Forge::Forgejo => Proof::Signature(header("x-forgejo-signature")?),
            Forge::GitLab => Proof::Secret(header("x-gitlab-token")?),
        };
        let delivery = match forge {
            Forge::GitLab => header("idempotency-key").or_else(|| header("x-gitlab-event-uuid")).unwrap_or_default(),
            _ => "",
        };
        Some(Self { is_push: matches!(event, "push" | "Push Hook"), delivery: delivery.as_bytes(), proof })
    }

    /// Whether the sender knows this secret, compared in constant time.
    pub fn has_secret(&self, secret: &str, body: &[u8]) -> bool {
        match self.proof {
            Proof::Signature(given) => {
                // A key of any length is valid.
                let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
                let right = hex(&mac.chain_update(body).finalize().into_bytes());
                right.as_bytes().ct_eq(given.as_bytes()).into()
            }
            Proof::Secret(given) => secret.as_bytes().ct_eq(given.as_bytes()).into(),
        }
    }
}

/// What a delivery is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    forge: Forge,
    /// The address of the repository, without a slash at the end.
    repository: String,
    /// The branch; empty if none was pushed.
    branch: String,
    /// The commit that the branch has now.
    commit: String,
    /// Whether it is the branch that the forge calls `HEAD`.
    is_default: bool,
    /// The paths that changed; none if the delivery does not name them all.
    changed: Option<BTreeSet<String>>,
}

#[derive(Deserialize)]
struct Payload {
    r#ref: Option<String>,
    deleted: Option<bool>,
    /// From GitHub: commits were removed from the branch, and the delivery does not list them.
    forced: Option<bool>,
    after: Option<String>,
    repository: Option<Repository>,
    project: Option<Project>,
    commits: Option<Vec<Commit>>,
    /// The number of all commits, from Gitea and Forgejo, which send only the newest few.
    total_commits: Option<usize>,
    /// The number of all commits, from GitLab, which sends only the newest twenty.
    total_commits_count: Option<usize>,
}

#[derive(Deserialize)]
struct Repository {
    html_url: Option<String>,
    default_branch: Option<String>,
}

#[derive(Deserialize)]
struct Project {
    web_url: Option<String>,
    default_branch: Option<String>,
}

#[derive(Deserialize)]
struct Commit {
    added: Option<Vec<String>>,
    removed: Option<Vec<String>>,
    modified: Option<Vec<String>>,
}

impl Push {
    /// Reads the body of a delivery; `None` if it names no repository.
    ///
    /// # Errors
    /// If the body is not JSON, or not what the forge sends.
    pub fn read(forge: Forge, body: &[u8]) -> Result<Option<Self>, serde_json::Error> {
        let payload: Payload = serde_json::from_slice(body)?;
        let (address, default_branch) = match forge {
            Forge::GitLab => payload.project.map(|it| (it.web_url, it.default_branch)),
            _ => payload.repository.map(|it| (it.html_url, it.default_branch)),
        }
        .unwrap_or_default();
        let address = address.map(|address| address.trim_end_matches('/').to_owned());
        let is_usable = |address: &String| {
            address.starts_with("http") && address.len() <= MAX_URL_CHARS && !address.contains(char::is_control)
        };
        let Some(repository) = address.filter(is_usable) else { return Ok(None) };
        let commit = payload.after.unwrap_or_default();
        let is_gone =
            payload.deleted == Some(true) || (!commit.is_empty() && commit.bytes().all(|digit| digit == b'0'));
        let branch = payload.r#ref.as_deref().and_then(|name| name.strip_prefix("refs/heads/"));
        let branch = branch.filter(|_| !is_gone).unwrap_or_default().to_owned();
        let commits = payload.commits.unwrap_or_default();
        let all = payload.total_commits.or(payload.total_commits_count).unwrap_or(commits.len());
        // Without commits, the branch was created or set to another commit, and anything may have changed.
        let are_all_named = !commits.is_empty() && all <= commits.len() && payload.forced != Some(true);
        let changed = are_all_named.then(|| {
            let lists = commits.into_iter().flat_map(|commit| [commit.added, commit.removed, commit.modified]);
            lists.flatten().flatten().collect()
        });
        let is_default = !branch.is_empty() && default_branch.as_ref() == Some(&branch);
        Ok(Some(Self { forge, repository, branch, commit, is_default, changed }))
    }

    /// The beginnings of the raw addresses of the files of the repository.
    pub fn raw_addresses(&self) -> Vec<String> {
        let Self { forge, repository, .. } = self;
        match forge {
            Forge::GitHub => {
                let on_github = repository.strip_prefix(GITHUB);
                let raw = on_github.map(|path| format!("https://raw.githubusercontent.com/{path}/"));
                raw.into_iter().chain([format!("{repository}/raw/")]).collect()
            }
            Forge::Gitea | Forge::Forgejo => vec![format!("{repository}/raw/")],
            Forge::GitLab => vec![format!("{repository}/-/raw/")],
        }
    }

    /// The address of the file at `url` at the pushed commit, and the commit's repository and ref, if the forge goes on
    /// serving the old file from a cache. Only GitHub does, and its deliveries never contain the secret. Those of
    /// another forge may, and whoever has seen the secret could sign as GitHub, so the host of the repository decides.
    pub fn pinned(&self, url: &str) -> Option<(String, Provenance)> {
        let is_on_github = self.repository.starts_with(GITHUB);
        if self.forge != Forge::GitHub || !is_on_github || !is_commit(&self.commit) {
            return None;
        }
        at_commit(url, &self.commit, Some(&format!("refs/heads/{}", self.branch))).ok()
    }

    /// Whether the push may have changed the file at this raw address.
    pub fn concerns(&self, url: &str) -> bool {
        if self.branch.is_empty() {
            return false;
        }
        let file = url.split(['?', '#']).next().unwrap_or_default();
        let Ok(file) = percent_decode_str(file).decode_utf8() else { return false };
        let branch = &self.branch;
        let mut names = match self.forge {
            Forge::GitHub | Forge::GitLab => vec![format!("{branch}/"), format!("refs/heads/{branch}/")],
            Forge::Gitea | Forge::Forgejo => vec![format!("branch/{branch}/")],
        };
        if self.is_default {
            names.extend(["HEAD/", "branch/HEAD/"].map(str::to_owned));
        }
        self.raw_addresses().iter().filter_map(|beginning| after(&file, beginning)).any(|rest| {
            let paths = names.iter().filter_map(|name| rest.strip_prefix(name.as_str()));
            paths.into_iter().any(|path| self.changed.as_ref().is_none_or(|changed| changed.contains(path)))
        })
    }
}

/// What follows the address of a repository. Forges ignore the case of its owner and name.
fn after<'a>(url: &'a str, beginning: &str) -> Option<&'a str> {
    let (start, rest) = url.split_at_checked(beginning.len())?;
    start.eq_ignore_ascii_case(beginning).then_some(rest)
}

#[cfg(test)]
mod tests;
