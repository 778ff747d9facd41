//! The name, URL and domain to register, from the flags and, with `--from-git`, from git.

use crate::args::Register;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::{git, input};
use federation::index;
use federation::limits::MAX_DECODED_BYTES;

/// A name, a raw URL and a domain.
pub(super) struct RegistrationTarget {
    pub(super) repo: String,
    pub(super) url: String,
    pub(super) domain: String,
}

impl RegistrationTarget {
    /// Reads `args`; notes the values that come from git, and warns if the hub may not see the local state.
    pub(super) fn of(args: &Register, output: &Output) -> Result<Self, Failure> {
        let (repo, url, domain) = (args.repo.clone(), args.url.clone(), args.domain.clone());
        if let (Some(repo), Some(url), Some(domain)) = (&repo, &url, &domain) {
            return Ok(Self { repo: repo.clone(), url: url.clone(), domain: domain.clone() });
        }
        let published = git::published(args.forge, args.branch.as_deref(), args.index.as_deref())?;
        let domain = domain.map_or_else(|| domain_of(&published.index), Ok)?;
        let target = Self { repo: repo.unwrap_or(published.repo), url: url.unwrap_or(published.url), domain };
        output.note(&format!("from git: {}", published.origin));
        output.note(&format!("  --repo {} --url {} --domain {}", target.repo, target.url, target.domain));
        published.warnings.iter().for_each(|warning| output.warn(warning));
        Ok(target)
    }
}

/// Reads the domain from the index.
fn domain_of(path: &str) -> Result<String, Failure> {
    let Some(index) = index::check(&input::read(path, MAX_DECODED_BYTES)?).index else {
        return Err(Failure::new(Exit::Refused, format!("{path} is not a valid index"))
            .hint(format!("correct the errors that `reuse-surface index validate {path}` shows")));
    };
    index.domain.ok_or_else(|| {
        Failure::new(Exit::Usage, format!("{path} has no domain")).hint("set --domain, or add `domain:` to the index")
    })
}
