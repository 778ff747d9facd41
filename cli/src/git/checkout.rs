//! Reads the git work tree of the current directory. Nothing is changed or fetched.

use super::remote::{Unusable, name, page};
use crate::exit::Exit;
use crate::failure::{Failure, chain};
use federation::forge::Forge;
use std::path::Path;
use std::process::Command;

/// The paths at which an index is looked for, from the root of the work tree.
const INDEXES: [&str; 4] = [
    "registry/indexes/capabilities.yaml",
    "registry/indexes/capabilities.yml",
    "registry/capabilities.yaml",
    "capabilities.yaml",
];

/// What a work tree publishes, as far as this machine knows.
#[derive(Debug)]
pub(crate) struct Published {
    /// A name for the registration.
    pub(crate) repo: String,
    /// The raw URL of the index.
    pub(crate) url: String,
    /// The path of the index in the file system.
    pub(crate) index: String,
    /// A description of the origin of these values.
    pub(crate) origin: String,
    /// Reasons why the hub may not see the local state.
    pub(crate) warnings: Vec<String>,
}

/// Derives what the work tree of the current directory publishes; `forge`, `branch` and `index` override the derived values.
pub(crate) fn published(forge: Option<Forge>, branch: Option<&str>, index: Option<&str>) -> Result<Published, Failure> {
    let root = git(".", &["rev-parse", "--show-toplevel"])?.ok_or_else(|| {
        usage(
            "this directory is not in a git work tree",
            "change to a directory of the repository, or set --repo and --url",
        )
    })?;
    let branch = match branch {
        Some(branch) => branch.to_owned(),
        None => git(&root, &["symbolic-ref", "--quiet", "--short", "HEAD"])?
            .ok_or_else(|| usage("HEAD is detached, so there is no branch to register", "set --branch"))?,
    };
    let remote = git(&root, &["config", "--get", &format!("branch.{branch}.remote")])?.filter(|name| name != ".");
    let remote = remote.unwrap_or_else(|| "origin".to_owned());
    let address = git(&root, &["remote", "get-url", &remote])?.ok_or_else(|| {
        usage(
            format!("the repository has no remote `{remote}`"),
            "add it with `git remote add`, or set --repo and --url",
        )
    })?;
    let page = page(&address).map_err(|unusable| refused(&remote, &unusable))?;
    let host = page.host_str().unwrap_or_default();
    let forge = forge.or_else(|| Forge::of_host(host)).ok_or_else(|| {
        usage(format!("the software of {host} is unknown"), "set --forge to gitea, forgejo, github or gitlab")
    })?;
    let path = found(&root, index)?;
    let url = forge.raw_url(&page, &branch, &path).ok_or_else(|| {
        usage(format!("the remote `{remote}` is not a repository on that forge"), "set --repo and --url instead")
    })?;
    Ok(Published {
        repo: name(&page),
        url: url.into(),
        index: format!("{root}/{path}"),
        warnings: warnings(&root, &remote, &branch, &path)?,
        origin: format!("{path} on branch {branch} of {remote}, {host}"),
    })
}

/// Finds the path of the index from the root.
fn found(root: &str, given: Option<&str>) -> Result<String, Failure> {
    if let Some(given) = given {
        let inside = Path::new(root).join(given).is_file() && !given.split('/').any(|name| name == "..");
        return match inside && !Path::new(given).is_absolute() {
            true => Ok(given.trim_start_matches("./").to_owned()),
            false => Err(usage(
                format!("there is no index `{given}` in the repository"),
                "set --index to a path from the root of the repository",
            )),
        };
    }
    let first = INDEXES.iter().find(|path| Path::new(root).join(path).is_file());
    first.map(|path| (*path).to_owned()).ok_or_else(|| {
        usage(
            "the repository has no index at any of the default paths",
            format!("create {}, or set --index", INDEXES[0]),
        )
    })
}

/// Warns about differences between this machine and what the hub can see.
fn warnings(root: &str, remote: &str, branch: &str, path: &str) -> Result<Vec<String>, Failure> {
    let mut warnings = Vec::new();
    if git(root, &["status", "--porcelain", "--", path])?.is_some() {
        warnings.push(format!("{path} has uncommitted changes: the hub reads only what is pushed"));
    }
    let tracking = format!("refs/remotes/{remote}/{branch}");
    if git(root, &["rev-parse", "--quiet", "--verify", &tracking])?.is_none() {
        warnings.push(format!("branch {branch} was not pushed to {remote}, as far as this machine knows"));
    } else if git(root, &["log", "-1", "--format=%h", &format!("{tracking}..HEAD"), "--", path])?.is_some() {
        warnings.push(format!("{path} has commits that were not pushed to {remote}"));
    }
    let default = git(root, &["symbolic-ref", "--quiet", "--short", &format!("refs/remotes/{remote}/HEAD")])?;
    if let Some(default) = default.as_deref().and_then(|name| name.split_once('/')).map(|(_, name)| name)
        && default != branch
    {
        warnings.push(format!("the branch is {branch}, but the default branch of {remote} is {default}"));
    }
    Ok(warnings)
}

/// Runs git and returns its output; `None` if it fails or prints nothing.
fn git(folder: &str, arguments: &[&str]) -> Result<Option<String>, Failure> {
    let output =
        Command::new("git").arg("-C").arg(folder).args(arguments).output().map_err(|error| {
            usage("git cannot be run", "install git, or set --repo and --url").because(chain(&error))
        })?;
    let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
    Ok((output.status.success() && !text.is_empty()).then_some(text))
}

fn refused(remote: &str, unusable: &Unusable) -> Failure {
    // The address itself is not shown, because it may contain a secret.
    let (why, remedy) = match unusable {
        Unusable::Credentials => {
            ("contains credentials", "remove them with `git remote set-url`; they belong in a credential helper")
        }
        Unusable::NotOnTheWeb => ("is not a web address", "set --repo and --url instead"),
        Unusable::NoRepository => ("has no owner and repository", "correct it with `git remote set-url`"),
    };
    usage(format!("the address of the remote `{remote}` {why}"), remedy)
}

fn usage(what: impl Into<String>, hint: impl Into<String>) -> Failure {
    Failure::new(Exit::Usage, what).hint(hint)
}
