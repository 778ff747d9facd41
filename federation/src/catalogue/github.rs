//! Organisations and users of GitHub.

use super::described::{Described, Owner, address, id, owner};
use super::member::{Member, Skipped};
use serde::Deserialize;
use url::Url;

const HOST: &str = "github.com";

/// Users and organisations have the same path. With repositories sorted by name, a new one does not move all others to the next page.
pub(super) fn first_page(url: &Url) -> Option<Url> {
    let owner = owner(url)?;
    let [owner] = owner.as_slice() else { return None };
    let mut page = match url.host_str()? {
        HOST => {
            let mut page = address(url, ["users", *owner, "repos"])?;
            page.set_host(Some("api.github.com")).ok()?;
            page
        }
        // GitHub Enterprise Server.
        _ => address(url, ["api", "v3", "users", *owner, "repos"])?,
    };
    page.set_query(Some("per_page=100&sort=full_name"));
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
    #[serde(default)]
    fork: bool,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    disabled: bool,
    pushed_at: Option<String>,
}

pub(super) fn read(base: &Url, path: &str, page: &[u8]) -> Result<Vec<Member>, String> {
    let repos: Vec<Repo> = serde_json::from_slice(page).map_err(|e| e.to_string())?;
    Ok(repos.iter().map(|repo| member(base, path, repo)).collect())
}

fn member(base: &Url, path: &str, repo: &Repo) -> Member {
    let branch = repo.default_branch.as_deref().unwrap_or_default();
    let names = repo.full_name.split('/');
    let raw = match base.host_str() {
        Some(HOST) => address(base, names.chain(branch.split('/')).chain(path.split('/'))).and_then(|mut raw| {
            raw.set_host(Some("raw.githubusercontent.com")).ok()?;
            Some(raw)
        }),
        _ => address(base, names.chain(["raw"]).chain(branch.split('/')).chain(path.split('/'))),
    };
    let unfit = [
        (repo.archived || repo.disabled, Skipped::Archived),
        (repo.private, Skipped::Private),
        (repo.pushed_at.is_none(), Skipped::Empty),
        (repo.fork, Skipped::Fork),
    ];
    // A branch may be renamed without a push.
    let changed = format!("{} {branch}", repo.pushed_at.as_deref().unwrap_or_default());
    let owner = repo.owner.as_ref().map(|owner| owner.id.clone());
    Described { id: repo.id.clone(), owner, name: &repo.name, raw, changed, unfit }.member()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `GET /users/{username}/repos` is documented to return, without the members that nothing here reads.
    const PAGE: &str = r#"[{"id": 1296269, "node_id": "MDEwOlJlcG9zaXRvcnkxMjk2MjY5", "name": "Hello-World", "full_name": "octocat/Hello-World",
        "owner": {"login": "octocat", "id": 1, "type": "User", "site_admin": false}, "private": false,
        "html_url": "https://github.com/octocat/Hello-World", "description": "This your first repo!", "fork": false,
        "url": "https://api.github.com/repos/octocat/Hello-World", "homepage": "https://github.com", "language": null, "size": 108,
        "default_branch": "master", "topics": ["octocat", "api"], "archived": false, "disabled": false, "visibility": "public",
        "pushed_at": "2011-01-26T19:06:43Z", "created_at": "2011-01-26T19:01:12Z", "updated_at": "2011-01-26T19:14:43Z"}]"#;

    #[test]
    fn a_page_of_github_is_read() {
        let base = Url::parse("https://github.com/octocat").expect("url");
        let expected = "https://api.github.com/users/octocat/repos?per_page=100&sort=full_name";
        assert_eq!(first_page(&base).map(String::from).as_deref(), Some(expected));
        let members = read(&base, "registry/i.yaml", PAGE.as_bytes()).expect("a page");
        let [member] = members.as_slice() else { panic!("one") };
        assert_eq!((member.id.as_str(), member.name.as_str(), member.unfit), ("1296269", "Hello-World", None));
        assert_eq!(member.url, "https://raw.githubusercontent.com/octocat/Hello-World/master/registry/i.yaml");
        assert_eq!(member.repo("x-").as_deref(), Some("x-hello-world"));
        assert_eq!(member.changed, "2011-01-26T19:06:43Z master");
        let enterprise = Url::parse("https://git.example.org/octocat/").expect("url");
        let expected = "https://git.example.org/api/v3/users/octocat/repos?per_page=100&sort=full_name";
        assert_eq!(first_page(&enterprise).map(String::from).as_deref(), Some(expected));
    }

    #[test]
    fn what_cannot_be_registered_says_why() {
        let base = Url::parse("https://github.com/octocat").expect("url");
        for (from, to, why) in [
            ("\"archived\": false", "\"archived\": true", Skipped::Archived),
            ("\"disabled\": false", "\"disabled\": true", Skipped::Archived),
            ("\"private\": false", "\"private\": true", Skipped::Private),
            ("\"fork\": false", "\"fork\": true", Skipped::Fork),
            ("\"2011-01-26T19:06:43Z\"", "null", Skipped::Empty),
            ("octocat/Hello-World\",", "octocat/../secret\",", Skipped::Name),
            ("\"master\"", "\"a//b\"", Skipped::Name),
        ] {
            let page = PAGE.replace(from, to);
            assert_eq!(read(&base, "i.yaml", page.as_bytes()).expect("a page")[0].unfit, Some(why), "{to}");
        }
        for (from, to) in
            [("1296269", "null"), ("\"id\": 1296269, ", ""), ("\"name\": \"Hello-World\", ", ""), ("[{", "{")]
        {
            assert!(read(&base, "i.yaml", PAGE.replacen(from, to, 1).as_bytes()).is_err(), "{from}");
        }
        let named = PAGE.replace("1296269", "\"R_kgDO\"");
        assert_eq!(read(&base, "i.yaml", named.as_bytes()).expect("a page")[0].id, "R_kgDO");
        let long = PAGE.replace("\"Hello-World\"", &format!("\"{}\"", "x".repeat(100_000)));
        assert!(read(&base, "i.yaml", long.as_bytes()).expect("a page")[0].name.len() < 1000);
    }
}
