//! The forges, and the URLs at which they serve raw files.

use url::Url;

crate::variants! {
    /// A forge.
    pub enum Forge {
        /// Gitea.
        Gitea = "gitea",
        /// Forgejo, such as codeberg.org.
        Forgejo = "forgejo",
        /// GitHub, or GitHub Enterprise.
        GitHub = "github",
        /// GitLab.
        GitLab = "gitlab",
    }
}

impl Forge {
    /// The forge with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|forge| forge.as_str() == name)
    }

    /// The forge of a known host, or of a host whose first label names the forge.
    pub fn of_host(host: &str) -> Option<Self> {
        Some(match host {
            "github.com" => Self::GitHub,
            "gitlab.com" => Self::GitLab,
            "codeberg.org" => Self::Forgejo,
            "gitea.com" => Self::Gitea,
            // The raw URLs of GitHub Enterprise depend on its configuration, so they are not guessed.
            _ => return Self::parse(host.split_once('.')?.0).filter(|forge| *forge != Self::GitHub),
        })
    }

    /// The raw URL of the file `path` on `branch` of the repository at `page`; `None` if that cannot be a repository on this forge.
    pub fn raw_url(self, page: &Url, branch: &str, path: &str) -> Option<Url> {
        let mut url = page.clone();
        let between: &[&str] = match self {
            Self::GitHub if page.path_segments()?.count() != 2 => return None,
            Self::GitHub if page.host_str() == Some("github.com") => {
                url.set_host(Some("raw.githubusercontent.com")).ok()?;
                &["refs", "heads"]
            }
            Self::GitHub => &["raw", "refs", "heads"],
            Self::GitLab => &["-", "raw"],
            Self::Gitea | Self::Forgejo => &["raw", "branch"],
        };
        url.path_segments_mut().ok()?.extend(between).extend(branch.split('/')).extend(path.split('/'));
        Some(url)
    }
}
