//! The forges, and the URLs at which they serve raw files.

use super::remote::Remote;
use clap::ValueEnum;
use reqwest::Url;

/// A forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Forge {
    /// Gitea
    Gitea,
    /// Forgejo, such as codeberg.org
    Forgejo,
    /// GitHub, or GitHub Enterprise
    Github,
    /// GitLab
    Gitlab,
}

impl Forge {
    /// The forge of a known host, or of a host whose first label names the forge.
    pub(super) fn of_host(host: &str) -> Option<Self> {
        Some(match host {
            "github.com" => Self::Github,
            "gitlab.com" => Self::Gitlab,
            "codeberg.org" => Self::Forgejo,
            "gitea.com" => Self::Gitea,
            _ => match host.split_once('.')?.0 {
                "gitea" => Self::Gitea,
                "forgejo" => Self::Forgejo,
                "gitlab" => Self::Gitlab,
                // The raw URLs of GitHub Enterprise depend on its configuration, so they are not guessed.
                _ => return None,
            },
        })
    }

    /// The raw URL of the file `path` on `branch`; `None` if the remote's path cannot be a repository on this forge.
    pub(super) fn raw_url(self, remote: &Remote, branch: &str, path: &str) -> Option<Url> {
        let owner_and_name = remote.path.len() == 2;
        let (host, between): (&str, &[&str]) = match self {
            Self::Github if remote.host == "github.com" && owner_and_name => {
                ("raw.githubusercontent.com", &["refs", "heads"])
            }
            Self::Github if owner_and_name => (&remote.host, &["raw", "refs", "heads"]),
            Self::Github => return None,
            Self::Gitlab => (&remote.host, &["-", "raw"]),
            Self::Gitea | Self::Forgejo => (&remote.host, &["raw", "branch"]),
        };
        let mut url = Url::parse(&format!("{}://{host}", remote.scheme)).ok()?;
        url.set_port(remote.port).ok()?;
        let names = remote.path.iter().map(String::as_str);
        let segments = names.chain(between.iter().copied()).chain(branch.split('/')).chain(path.split('/'));
        url.path_segments_mut().ok()?.clear().extend(segments);
        Some(url)
    }
}
