//! Organisations and users of Gitea and Forgejo, such as those of Codeberg.

use super::described::{Described, Owner, address, id, owner};
use super::member::{Member, Skipped};
use serde::Deserialize;
use url::Url;

/// An organisation is a kind of user there. The forge may be below a path of its host.
pub(super) fn first_page(url: &Url) -> Option<Url> {
    let segments = owner(url)?;
    let (owner, below) = segments.split_last()?;
    // The page of a repository has one segment more than that of its owner.
    if below.len() > 1 {
        return None;
    }
    let api = ["api", "v1", "users", *owner, "repos"];
    let mut page = address(url, below.iter().copied().chain(api))?;
    page.set_query(Some("limit=50"));
    Some(page)
}

#[derive(Deserialize)]
struct Repo {
    #[serde(deserialize_with = "id")]
    id: String,
    owner: Option<Owner>,
    name: String,
    full_name: String,
    default_branch: Option<String>,
    #[serde(default)]
    private: bool,
    /// Visible to everybody who is signed in.
    #[serde(default)]
    internal: bool,
    #[serde(default)]
    fork: bool,
    #[serde(default)]
    empty: bool,
    #[serde(default)]
    archived: bool,
    updated_at: Option<String>,
}

pub(super) fn read(base: &Url, path: &str, page: &[u8]) -> Result<Vec<Member>, String> {
    let repos: Vec<Repo> = serde_json::from_slice(page).map_err(|e| e.to_string())?;
    let mut below = owner(base).unwrap_or_default();
    below.pop();
    let member = |repo: &Repo| {
        let branch = repo.default_branch.as_deref().unwrap_or_default();
        let names = below.iter().copied().chain(repo.full_name.split('/'));
        let raw = address(base, names.chain(["raw", "branch"]).chain(branch.split('/')).chain(path.split('/')));
        let unfit = [
            (repo.archived, Skipped::Archived),
            (repo.private || repo.internal, Skipped::Private),
            (repo.empty, Skipped::Empty),
            (repo.fork, Skipped::Fork),
        ];
        let changed = format!("{} {branch}", repo.updated_at.as_deref().unwrap_or_default());
        let owner = repo.owner.as_ref().map(|owner| owner.id.clone());
        Described { id: repo.id.clone(), owner, name: &repo.name, raw, changed, unfit }.member()
    };
    Ok(repos.iter().map(member).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Gitea's and Forgejo's description of their API calls a repository, without the members that nothing here reads.
    const PAGE: &str = r#"[{"id": 140, "owner": {"id": 7, "login": "acme", "full_name": "Acme", "username": "acme"}, "name": "Lease-Hub",
        "full_name": "acme/Lease-Hub", "description": "", "empty": false, "private": false, "fork": false, "template": false, "parent": null,
        "mirror": false, "size": 120, "html_url": "https://codeberg.org/acme/Lease-Hub", "default_branch": "main", "archived": false,
        "created_at": "2026-01-02T03:04:05+01:00", "updated_at": "2026-11-02T03:04:05+01:00",
        "archived_at": "1970-01-01T00:00:00Z", "internal": false}]"#;

    #[test]
    fn a_page_of_gitea_is_read() {
        for (page, api, raw) in [
            (
                "https://codeberg.org/acme",
                "https://codeberg.org/api/v1/users/acme/repos?limit=50",
                "https://codeberg.org/acme/Lease-Hub/raw/branch/main/r/i.yaml",
            ),
            (
                "http://127.0.0.1:3000/git/acme/",
                "http://127.0.0.1:3000/git/api/v1/users/acme/repos?limit=50",
                "http://127.0.0.1:3000/git/acme/Lease-Hub/raw/branch/main/r/i.yaml",
            ),
        ] {
            let base = Url::parse(page).expect("url");
            assert_eq!(first_page(&base).map(String::from).as_deref(), Some(api));
            let members = read(&base, "r/i.yaml", PAGE.as_bytes()).expect("a page");
            assert_eq!((members[0].id.as_str(), members[0].url.as_str(), members[0].unfit), ("140", raw, None));
        }
        for (from, to, why) in [
            ("\"archived\": false", "\"archived\": true", Skipped::Archived),
            ("\"internal\": false", "\"internal\": true", Skipped::Private),
            ("\"empty\": false", "\"empty\": true", Skipped::Empty),
            ("\"fork\": false", "\"fork\": true", Skipped::Fork),
        ] {
            let base = Url::parse("https://codeberg.org/acme").expect("url");
            assert_eq!(read(&base, "i", PAGE.replace(from, to).as_bytes()).expect("a page")[0].unfit, Some(why));
        }
    }
}
