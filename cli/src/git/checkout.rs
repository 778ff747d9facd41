//! Asks git about the work tree that the program runs in. Nothing is changed and nothing is fetched.

use std::path::Path;
use std::process::Command;

use super::Forge;
use super::remote::{Remote, Unusable};
use crate::exit::Exit;
use crate::failure::{Failure, chain};

/// Where an index is looked for, from the root of the work tree.
const INDEXES: [&str; 4] = [
    "registry/indexes/capabilities.yaml",
    "registry/indexes/capabilities.yml",
    "registry/capabilities.yaml",
    "capabilities.yaml",
];

/// What a work tree publishes, as far as it is known here.
#[derive(Debug)]
pub(crate) struct Published {
    /// A name for the registration.
    pub(crate) repo: String,
    /// The raw URL of the index.
    pub(crate) url: String,
    /// The path of the index in the file system.
    pub(crate) index: String,
    /// Where all this comes from, for people.
    pub(crate) origin: String,
    /// Why the hub may not see what is here.
    pub(crate) warnings: Vec<String>,
}

/// Derives what the work tree around the current folder publishes; `forge`, `branch` and `index` are taken as given.
pub(crate) fn published(forge: Option<Forge>, branch: Option<&str>, index: Option<&str>) -> Result<Published, Failure> {
    let root = git(".", &["rev-parse", "--show-toplevel"])?.ok_or_else(|| {
        usage("this folder is in no git work tree", "change into the repository, or give --repo and --url")
    })?;
    let branch = match branch {
        Some(branch) => branch.to_owned(),
        None => git(&root, &["symbolic-ref", "--quiet", "--short", "HEAD"])?.ok_or_else(|| {
            usage("HEAD is on no branch, so there is none to register", "name the branch with --branch")
        })?,
    };
    let remote = git(&root, &["config", "--get", &format!("branch.{branch}.remote")])?.filter(|name| name != ".");
    let remote = remote.unwrap_or_else(|| "origin".to_owned());
    let address = git(&root, &["remote", "get-url", &remote])?.ok_or_else(|| {
        usage(
            format!("the repository has no remote `{remote}`"),
            "add it with `git remote add`, or give --repo and --url",
        )
    })?;
    let location = Remote::parse(&address).map_err(|unusable| refused(&remote, &unusable))?;
    let forge = forge.or_else(|| Forge::of_host(&location.host)).ok_or_else(|| {
        usage(
            format!("what {} runs is not known", location.host),
            "say it with --forge gitea, forgejo, github or gitlab",
        )
    })?;
    let path = found(&root, index)?;
    let url = forge.raw_url(&location, &branch, &path).ok_or_else(|| {
        usage(format!("the remote `{remote}` is no repository of that forge"), "give --repo and --url instead")
    })?;
    Ok(Published {
        repo: location.name(),
        url: url.into(),
        index: format!("{root}/{path}"),
        warnings: warnings(&root, &remote, &branch, &path)?,
        origin: format!("{path} on branch {branch} of {remote}, {}", location.host),
    })
}

/// The path of the index from the root.
fn found(root: &str, given: Option<&str>) -> Result<String, Failure> {
    if let Some(given) = given {
        let inside = Path::new(root).join(given).is_file() && !given.split('/').any(|name| name == "..");
        return match inside && !Path::new(given).is_absolute() {
            true => Ok(given.trim_start_matches("./").to_owned()),
            false => Err(usage(
                format!("there is no index `{given}` in the repository"),
                "give --index as a path from the root of the repository",
            )),
        };
    }
    let first = INDEXES.iter().find(|path| Path::new(root).join(path).is_file());
    first.map(|path| (*path).to_owned()).ok_or_else(|| {
        usage(
            "the repository has no index where one is expected",
            format!("write {}, or name it with --index", INDEXES[0]),
        )
    })
}

/// Whatever the hub would not find as it is here.
fn warnings(root: &str, remote: &str, branch: &str, path: &str) -> Result<Vec<String>, Failure> {
    let mut warnings = Vec::new();
    if git(root, &["status", "--porcelain", "--", path])?.is_some() {
        warnings.push(format!("{path} has changes that are not committed: the hub reads what is pushed"));
    }
    let tracking = format!("refs/remotes/{remote}/{branch}");
    if git(root, &["rev-parse", "--quiet", "--verify", &tracking])?.is_none() {
        warnings.push(format!("branch {branch} was not pushed to {remote}, as far as is known here"));
    } else if git(root, &["log", "-1", "--format=%h", &format!("{tracking}..HEAD"), "--", path])?.is_some() {
        warnings.push(format!("{path} has commits that are not pushed to {remote}"));
    }
    let default = git(root, &["symbolic-ref", "--quiet", "--short", &format!("refs/remotes/{remote}/HEAD")])?;
    if let Some(default) = default.as_deref().and_then(|name| name.split_once('/')).map(|(_, name)| name)
        && default != branch
    {
        warnings.push(format!("the branch is {branch}, while the default of {remote} is {default}"));
    }
    Ok(warnings)
}

/// What git prints; none if it says no, or has nothing to say.
fn git(folder: &str, arguments: &[&str]) -> Result<Option<String>, Failure> {
    let output =
        Command::new("git").arg("-C").arg(folder).args(arguments).output().map_err(|error| {
            usage("git cannot be run", "install git, or give --repo and --url").because(chain(&error))
        })?;
    let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
    Ok((output.status.success() && !text.is_empty()).then_some(text))
}

fn refused(remote: &str, unusable: &Unusable) -> Failure {
    // The address itself is not shown: it may hold a secret.
    let (why, remedy) = match unusable {
        Unusable::Credentials => {
            ("holds credentials", "remove them with `git remote set-url`; they belong in a credential helper")
        }
        Unusable::NotOnTheWeb => ("is no address on the web", "give --repo and --url instead"),
        Unusable::NoRepository => ("names no owner and repository", "correct it with `git remote set-url`"),
    };
    usage(format!("the address of the remote `{remote}` {why}"), remedy)
}

fn usage(what: impl Into<String>, hint: impl Into<String>) -> Failure {
    Failure::new(Exit::Usage, what).hint(hint)
}
