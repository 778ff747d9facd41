//! Groups of GitLab with their subgroups, and users.

use super::described::{Described, Owner, address, id, owner};
use super::member::{Member, Skipped};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

pub(super) fn first_page(url: &Url) -> Option<Url> {
    let group = owner(url)?;
    if group.contains(&"-") {
        return None;
    }
    // The path of a group is one segment of the API, with its slashes encoded.
    let group = group.join("/");
    let mut page = address(url, ["api", "v4", "groups", group.as_str(), "projects"])?;
    page.set_query(Some("include_subgroups=true&with_shared=false&order_by=path&sort=asc&per_page=100"));
    Some(page)
}

/// The first page if there is no such group: a user has no subgroups, and another path.
pub(super) fn first_page_of_user(url: &Url) -> Option<Url> {
    let owner = owner(url)?;
    let [user] = owner.as_slice() else { return None };
    let mut page = address(url, ["api", "v4", "users", *user, "projects"])?;
    page.set_query(Some("order_by=path&sort=asc&per_page=100"));
    Some(page)
}

#[derive(Deserialize)]
struct Project {
    #[serde(deserialize_with = "id")]
    id: String,
    /// The group or the user that it is in, which may be a subgroup.
    namespace: Option<Owner>,
    path_with_namespace: String,
    default_branch: Option<String>,
    visibility: Option<String>,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    empty_repo: bool,
    forked_from_project: Option<Value>,
    /// The day on which it will be deleted.
    marked_for_deletion_on: Option<String>,
    last_activity_at: Option<String>,
}

pub(super) fn read(base: &Url, path: &str, page: &[u8]) -> Result<Vec<Member>, String> {
    let projects: Vec<Project> = serde_json::from_slice(page).map_err(|e| e.to_string())?;
    let group = format!("{}/", owner(base).unwrap_or_default().join("/"));
    let is_group = |space: &&Owner| group.strip_suffix('/').is_some_and(|it| it.eq_ignore_ascii_case(&space.full_path));
    let member = |project: &Project| {
        let branch = project.default_branch.as_deref().unwrap_or_default();
        let names = project.path_with_namespace.split('/');
        let raw = address(base, names.chain(["-", "raw"]).chain(branch.split('/')).chain(path.split('/')));
        let unfit = [
            (project.archived || project.marked_for_deletion_on.is_some(), Skipped::Archived),
            (project.visibility.as_deref().is_some_and(|visibility| visibility != "public"), Skipped::Private),
            (project.empty_repo || branch.is_empty(), Skipped::Empty),
            (project.forked_from_project.is_some(), Skipped::Fork),
        ];
        let full = project.path_with_namespace.as_str();
        // Names are compared without case, since the address of a group may be written in any case.
        let name = full.get(group.len()..).filter(|_| full.to_lowercase().starts_with(&group.to_lowercase()));
        let changed = format!("{} {branch}", project.last_activity_at.as_deref().unwrap_or_default());
        let owner = project.namespace.as_ref().filter(is_group).map(|space| space.id.clone());
        Described { id: project.id.clone(), owner, name: name.unwrap_or(full), raw, changed, unfit }.member()
    };
    Ok(projects.iter().map(member).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `GET /groups/:id/projects` is documented to return, without the members that nothing here reads.
    const PAGE: &str = r#"[{"id": 9, "description": "foo", "default_branch": "main", "tag_list": [], "topics": [], "archived": false,
        "visibility": "public", "ssh_url_to_repo": "git@gitlab.example.com:h5bp/web/html5-boilerplate.git",
        "http_url_to_repo": "https://gitlab.example.com/h5bp/web/html5-boilerplate.git",
        "web_url": "https://gitlab.example.com/h5bp/web/html5-boilerplate", "name": "Html5 Boilerplate",
        "name_with_namespace": "Experimental / Html5 Boilerplate", "path": "html5-boilerplate",
        "path_with_namespace": "h5bp/web/html5-boilerplate", "empty_repo": false, "created_at": "2020-01-15T12:36:29.590Z",
        "last_activity_at": "2020-01-15T12:36:29.590Z", "marked_for_deletion_on": null}]"#;

    #[test]
    fn a_page_of_gitlab_is_read() {
        let base = Url::parse("https://gitlab.example.com/H5BP").expect("url");
        let subgroup = Url::parse("https://gitlab.example.com/h5bp/web").expect("url");
        assert_eq!(first_page(&subgroup).expect("a page").path(), "/api/v4/groups/h5bp%2Fweb/projects");
        let members = read(&base, "r/i.yaml", PAGE.as_bytes()).expect("a page");
        assert_eq!((members[0].id.as_str(), members[0].unfit), ("9", None));
        assert_eq!(members[0].url, "https://gitlab.example.com/h5bp/web/html5-boilerplate/-/raw/main/r/i.yaml");
        assert_eq!(members[0].repo("").as_deref(), Some("web-html5-boilerplate"));
        assert_eq!(
            read(&subgroup, "i", PAGE.as_bytes()).expect("a page")[0].repo("").as_deref(),
            Some("html5-boilerplate")
        );
        for (from, to, why) in [
            ("\"archived\": false", "\"archived\": true", Skipped::Archived),
            ("_on\": null", "_on\": \"2026-12-01\"", Skipped::Archived),
            ("\"public\"", "\"internal\"", Skipped::Private),
            ("\"empty_repo\": false", "\"empty_repo\": true", Skipped::Empty),
            ("\"main\"", "null", Skipped::Empty),
            ("{\"id\"", "{\"forked_from_project\": {\"id\": 8}, \"id\"", Skipped::Fork),
        ] {
            let page = PAGE.replacen(from, to, 1);
            assert_eq!(read(&base, "i", page.as_bytes()).expect("a page")[0].unfit, Some(why), "{to}");
        }
    }
}
