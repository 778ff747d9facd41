//! The CI job that an identity token is about, and whether it may publish a repo.

use super::claims::{check, once, text};
use super::issuers::REPOSITORY;
use super::{Issuer, Refused, Signed};
use crate::digest::Digest;
use crate::provenance::{Provenance, is_commit};
use crate::time::Seconds;

/// A job that may publish a repo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The name of the registration.
    pub repo: String,
    /// Who publishes, for the audit trail: `ci:github:owner/repo@refs/heads/main`.
    pub actor: String,
    /// The commit that it runs for.
    pub provenance: Provenance,
    /// What identifies the token if it is sent again …
    pub once: Digest,
    /// … and until when it must be remembered.
    pub until: Seconds,
}

impl Job {
    /// The job of a token whose signature was verified with the keys of `issuer`, if it may publish `repo` at `now`.
    ///
    /// # Errors
    /// Which check failed, by the name of the claim. The error never says what a rule requires, and does not reveal
    /// whether there are rules for other repositories.
    pub fn of(token: &Signed<'_>, issuer: &Issuer, repo: &str, now: Seconds) -> Result<Self, Refused> {
        let until = check(token, issuer, now)?;
        let claim = |name: &str| text(&token.claims, name);
        refuse_requests(claim)?;
        allowed(issuer, repo, claim)?;
        let missing = |name: &str| Refused::NotAllowed(format!("The identity has no usable claim `{name}`."));
        let repository = claim("repository").or_else(|| claim("project_path")).ok_or_else(|| missing("repository"))?;
        let reference = reference(claim).ok_or_else(|| missing("ref"))?;
        let commit = claim("sha").filter(|sha| is_commit(sha)).ok_or_else(|| missing("sha"))?;
        Ok(Self {
            repo: repo.to_owned(),
            actor: format!("ci:{}:{repository}@{reference}", issuer.short()),
            provenance: Provenance { repository, reference: Some(reference), commit, verified: true },
            once: once(token),
            until,
        })
    }
}

/// Refuses jobs of pull and merge requests, whatever the rules say: they run code that nobody has accepted, and under
/// `pull_request_target` their claims are those of the branch that the request is for.
fn refuse_requests(claim: impl Fn(&str) -> Option<String>) -> Result<(), Refused> {
    let refused = |name: &str| {
        let why = "jobs of pull and merge requests, and of forks, cannot publish; publish from a push to the branch.";
        Err(Refused::NotAllowed(format!("`{name}` of the identity: {why}")))
    };
    let mut event = None;
    for name in ["event_name", "pipeline_source"] {
        let Some(value) = claim(name) else { continue };
        if value.contains("pull_request") || value.contains("merge_request") {
            return refused(name);
        }
        event = Some(value);
    }
    if event.is_none() {
        return Err(Refused::NotAllowed(
            "The identity has no usable claim `event_name` or `pipeline_source`.".to_owned(),
        ));
    }
    for name in ["head_ref", "base_ref"] {
        // Only those of pull requests have a value.
        if claim(name).is_some() {
            return refused(name);
        }
    }
    for name in ["ref", "ref_path"] {
        if claim(name)
            .is_some_and(|value| ["refs/pull/", "refs/merge-requests/"].iter().any(|it| value.starts_with(it)))
        {
            return refused(name);
        }
    }
    // GitLab names the fork as the project, and separately the project in which the job runs.
    for (name, job) in [("project_id", "job_project_id"), ("project_path", "job_project_path")] {
        if let (Some(project), Some(job)) = (claim(name), claim(job))
            && project != job
        {
            return refused(name);
        }
    }
    Ok(())
}

/// Checks that a rule for `repo` fits. A job of the rule's repository is told what else is wrong; all others get the same answer.
fn allowed(issuer: &Issuer, repo: &str, claim: impl Fn(&str) -> Option<String>) -> Result<(), Refused> {
    let mut closest: Option<Vec<&str>> = None;
    for rule in issuer.rules.iter().filter(|rule| rule.repo == repo) {
        let missed = rule.missed(&claim);
        if missed.is_empty() {
            return Ok(());
        }
        let is_theirs = !missed.iter().any(|name| REPOSITORY.contains(name));
        if is_theirs && closest.as_ref().is_none_or(|known| missed.len() < known.len()) {
            closest = Some(missed);
        }
    }
    Err(Refused::NotAllowed(match closest {
        Some(missed) => {
            let names: Vec<_> = missed.iter().map(|name| format!("`{name}`")).collect();
            format!("The rule of this hub for the repository requires another value of {}.", names.join(", "))
        }
        None => format!(
            "No rule of this hub lets the repository of this identity publish under that name. Check `repo`, and ask the operator about a \
             rule with its {}.",
            REPOSITORY.map(|name| format!("`{name}`")).join(" or ")
        ),
    }))
}

/// The full name of the ref. GitLab gives `main` and `branch`, and newer versions also the full name.
fn reference(claim: impl Fn(&str) -> Option<String>) -> Option<String> {
    if let Some(path) = claim("ref_path") {
        return Some(path);
    }
    let name = claim("ref")?;
    match claim("ref_type").as_deref() {
        _ if name.starts_with("refs/") => Some(name),
        Some("branch") => Some(format!("refs/heads/{name}")),
        Some("tag") => Some(format!("refs/tags/{name}")),
        _ => None,
    }
}
