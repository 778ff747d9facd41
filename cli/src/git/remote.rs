//! The address of a remote, and the web address of its repository.

use reqwest::Url;

/// Why an address has no web page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It contains a user name or password.
    Credentials,
    /// It is a directory, or has a scheme that git does not use.
    NotOnTheWeb,
    /// It has only the host, or only one path segment.
    NoRepository,
}

/// The page of the repository at `address`, as `git remote get-url` prints it: with https, unless the address has plain http, and without `.git`.
/// It has at least an owner and a name, which groups or a path prefix of the host may precede.
pub(super) fn page(address: &str) -> Result<Url, Unusable> {
    let address = address.trim();
    let url = match address.contains("://") {
        true => Url::parse(address),
        false => Url::parse(&scp_like(address).ok_or(Unusable::NotOnTheWeb)?),
    };
    let url = url.map_err(|_| Unusable::NotOnTheWeb)?;
    let (scheme, port) = match url.scheme() {
        "https" | "http" if !url.username().is_empty() => return Err(Unusable::Credentials),
        _ if url.password().is_some() => return Err(Unusable::Credentials),
        "https" => ("https", url.port()),
        "http" => ("http", url.port()),
        "ssh" | "git" | "git+ssh" | "ssh+git" => ("https", None),
        _ => return Err(Unusable::NotOnTheWeb),
    };
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or(Unusable::NotOnTheWeb)?.to_ascii_lowercase();
    // Hosts for ssh over the https port, for networks that block other ports.
    let host = match host.as_str() {
        "ssh.github.com" => "github.com".to_owned(),
        "altssh.gitlab.com" => "gitlab.com".to_owned(),
        _ => host,
    };
    let path = url.path().trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let path: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
    if path.len() < 2 {
        return Err(Unusable::NoRepository);
    }
    let page = Url::parse(&format!("{scheme}://{host}/{}", path.join("/")));
    let mut page = page.map_err(|_| Unusable::NotOnTheWeb)?;
    // An ssh port says nothing about the port of the pages.
    page.set_port(port).map_err(|()| Unusable::NotOnTheWeb)?;
    Ok(page)
}

/// The name of the repository at `page` in lower case, as a hub accepts it.
pub(super) fn name(page: &Url) -> String {
    page.path_segments().and_then(|mut names| names.next_back()).unwrap_or_default().to_lowercase()
}

/// `[user@]host:path` as a URL; `None` for a directory, including one on a drive.
fn scp_like(address: &str) -> Option<String> {
    let (host, path) = address.split_once(':')?;
    let is_drive = host.len() == 1;
    (!host.contains('/') && !is_drive).then(|| format!("ssh://{host}/{}", path.trim_start_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::{Unusable, name, page};
    use federation::forge::Forge;

    const PATH: &str = "registry/indexes/capabilities.yaml";

    fn raw(address: &str, forge: Option<Forge>, branch: &str) -> Option<String> {
        let page = page(address).unwrap();
        let forge = forge.or_else(|| Forge::of_host(page.host_str().unwrap()))?;
        let url = forge.raw_url(&page, branch, PATH)?;
        Some(url.as_str().strip_suffix(&format!("/{PATH}")).unwrap().to_owned())
    }

    #[test]
    fn every_form_of_a_remote_leads_to_the_raw_file() {
        let github = "https://raw.githubusercontent.com/o/r/refs/heads/main";
        let gitea = "https://gitea.coulomb.social/o/r/raw/branch/main";
        let cases = [
            ("https://github.com/o/r.git", github),
            ("https://github.com/o/r", github),
            ("https://github.com/o/r/", github),
            ("git@github.com:o/r.git", github),
            ("github.com:/o/r.git", github),
            ("ssh://git@github.com/o/r.git", github),
            ("ssh://git@ssh.github.com:443/o/r.git", github),
            ("git://github.com/o/r", github),
            ("https://GitHub.com/o/r", github),
            ("git@gitea.coulomb.social:o/r.git", gitea),
            ("ssh://git@gitea.coulomb.social:2222/o/r.git", gitea),
            ("https://gitea.coulomb.social/o/r.git\n", gitea),
            ("https://gitea.example.org:3000/o/r", "https://gitea.example.org:3000/o/r/raw/branch/main"),
            ("http://gitea.example.org/git/o/r.git", "http://gitea.example.org/git/o/r/raw/branch/main"),
            ("git@codeberg.org:o/r.git", "https://codeberg.org/o/r/raw/branch/main"),
            ("https://forgejo.example.org/o/r.git", "https://forgejo.example.org/o/r/raw/branch/main"),
            ("git@gitlab.com:g/sub/deep/r.git", "https://gitlab.com/g/sub/deep/r/-/raw/main"),
            ("https://gitlab.example.org:8443/g/r.git", "https://gitlab.example.org:8443/g/r/-/raw/main"),
        ];
        for (address, expected) in cases {
            assert_eq!(raw(address, None, "main").as_deref(), Some(expected), "{address}");
        }
    }

    #[test]
    fn a_branch_keeps_its_slashes_and_loses_what_a_url_cannot_hold() {
        let cases = [
            ("git@github.com:o/r", "https://raw.githubusercontent.com/o/r/refs/heads/feature/a%23b"),
            ("git@codeberg.org:o/r", "https://codeberg.org/o/r/raw/branch/feature/a%23b"),
            ("git@gitlab.com:g/r", "https://gitlab.com/g/r/-/raw/feature/a%23b"),
        ];
        for (address, expected) in cases {
            assert_eq!(raw(address, None, "feature/a#b").as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_host_that_is_not_known_needs_the_forge() {
        for address in ["git@git.example.org:o/r.git", "https://github.example.org/o/r", "git@host:o/r"] {
            assert_eq!(raw(address, None, "main"), None, "{address}");
        }
        let enterprise = raw("git@github.example.org:o/r", Some(Forge::GitHub), "main");
        assert_eq!(enterprise.as_deref(), Some("https://github.example.org/o/r/raw/refs/heads/main"));
        let gitlab = raw("git@git.example.org:a/b/r.git", Some(Forge::GitLab), "main");
        assert_eq!(gitlab.as_deref(), Some("https://git.example.org/a/b/r/-/raw/main"));
        assert_eq!(raw("https://github.com/o/sub/r", None, "main"), None, "GitHub has no groups in groups");
    }

    #[test]
    fn what_leads_to_no_page_is_told_apart() {
        let cases = [
            ("https://me:secret@github.com/o/r", Unusable::Credentials),
            ("https://ghp_token@github.com/o/r", Unusable::Credentials),
            ("ssh://git:secret@host.example/o/r", Unusable::Credentials),
            ("/srv/git/r.git", Unusable::NotOnTheWeb),
            ("../r", Unusable::NotOnTheWeb),
            (r"C:\git\r", Unusable::NotOnTheWeb),
            ("file:///srv/git/r.git", Unusable::NotOnTheWeb),
            ("./a:b", Unusable::NotOnTheWeb),
            ("", Unusable::NotOnTheWeb),
            ("git@github.com:r.git", Unusable::NoRepository),
            ("https://github.com/", Unusable::NoRepository),
        ];
        for (address, expected) in cases {
            assert_eq!(page(address), Err(expected), "{address}");
        }
    }

    #[test]
    fn the_name_is_in_lower_case() {
        assert_eq!(name(&page("git@github.com:O/My.Repo.git").unwrap()), "my.repo");
    }
}
