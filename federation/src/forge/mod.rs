//! Addresses of forges: from the raw address of an index to the page of another file of the repository and to the same file at the repository's
//! `HEAD`, and from the page of a file to its raw address.

mod commit;
mod kind;
mod raw;
pub mod same_file;

use crate::provenance::is_commit;
use crate::source_url;
pub use commit::{NoCommit, at_commit};
pub use kind::Forge;
use raw::{Raw, segments};

/// The longest path that is linked, in characters: that of an index's `path`.
const MAX_PATH_CHARS: usize = 2048;

/// The address at which people read `path` in the repository of the file `raw`. `None` if the forge of `raw` is not
/// known, or if `path` does not stay inside a repository.
///
/// The raw addresses of GitHub, GitLab, Gitea and Forgejo are known; Codeberg runs Forgejo.
pub fn page_url(raw: &str, path: &str) -> Option<String> {
    let url = source_url::parse(raw).ok()?;
    let segments = segments(&url)?;
    let Raw { forge, repository, kind, rest, .. } = Raw::of(url.host_str()?, &segments)?;
    let [name, _, ..] = rest else { return None };
    let parts = parts(path)?;
    let mut page = url.clone();
    page.set_query(None);
    page.set_fragment(None);
    let between: &[&str] = match forge? {
        Forge::GitHub => {
            page.set_host(Some("github.com")).ok()?;
            &["blob", name]
        }
        Forge::GitLab => &["-", "blob", name],
        Forge::Gitea | Forge::Forgejo => &["src", kind?, name],
    };
    // The segments of a URL are encoded already; what is added by `extend` is not.
    page.set_path(&[repository, between].concat().join("/"));
    page.path_segments_mut().ok()?.extend(parts);
    Some(page.into())
}

/// The raw address of the file that people read at `page`. `None` if that is not the page of a file on a known forge: those of [`page_url`] and
/// Bitbucket.
pub fn raw_url(page: &str) -> Option<String> {
    let mut url = source_url::parse(page).ok()?;
    let segments: Vec<&str> = url.path_segments()?.collect();
    let (host, segments) = match (url.host_str()?, segments.as_slice()) {
        ("github.com", [owner, repo, "blob", rest @ ..]) if rest.len() > 1 => {
            (Some("raw.githubusercontent.com"), [&[*owner, *repo], rest].concat())
        }
        ("bitbucket.org", [owner, repo, "src", rest @ ..]) if rest.len() > 1 => {
            (None, [&[*owner, *repo, "raw"], rest].concat())
        }
        (_, all) if let Some(at) = all.windows(2).position(|pair| pair == ["-", "blob"]) => {
            let (project, rest) = (all.get(..at).filter(|project| project.len() >= 2)?, all.get(at + 2..)?);
            (None, [project, &["-", "raw"], Some(rest).filter(|rest| rest.len() > 1)?].concat())
        }
        (_, [owner, repo, "src", kind @ ("branch" | "tag" | "commit"), rest @ ..]) if rest.len() > 1 => {
            (None, [&[*owner, *repo, "raw", *kind], rest].concat())
        }
        _ => return None,
    };
    let path = segments.join("/");
    if let Some(host) = host {
        url.set_host(Some(host)).ok()?;
    }
    url.set_path(&path);
    url.set_query(None);
    url.set_fragment(None);
    Some(url.into())
}

/// The raw address of the same file at the `HEAD` of its repository, whatever its default branch is called. `None` unless `raw` is the raw address
/// of a file on a branch, on a forge of [`page_url`].
pub fn head_url(raw: &str) -> Option<String> {
    let url = source_url::parse(raw).ok()?;
    let segments = segments(&url)?;
    let Raw { forge, repository, before, kind, rest } = Raw::of(url.host_str()?, &segments)?;
    let (name, file) = rest.split_first().filter(|(_, file)| !file.is_empty())?;
    let is_branch = kind.is_none_or(|kind| kind == "branch") && !matches!(*name, HEAD | "refs");
    if !is_branch || is_commit(&name.to_ascii_lowercase()) {
        return None;
    }
    let mut head = url.clone();
    let (before, newest) = match forge? {
        Forge::GitHub => {
            head.set_host(Some("raw.githubusercontent.com")).ok()?;
            (repository, &[HEAD][..])
        }
        Forge::GitLab => (before, &[HEAD][..]),
        Forge::Gitea | Forge::Forgejo => (before, &["branch", HEAD][..]),
    };
    head.set_path(&[before, newest, file].concat().join("/"));
    // The query of GitLab states what kind of ref the name is.
    head.set_query(None);
    Some(head.into())
}

/// The name by which every forge knows the newest commit of the default branch.
const HEAD: &str = "HEAD";

/// The segments of a path that stays in its repository. Its fragment and query, if it has any, are part of the name.
fn parts(path: &str) -> Option<Vec<&str>> {
    let is_plain = |c: char| !c.is_control() && c != '\\';
    if path.starts_with('/')
        || path.contains("://")
        || path.chars().count() > MAX_PATH_CHARS
        || !path.chars().all(is_plain)
    {
        return None;
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    (!parts.is_empty() && !parts.contains(&"..")).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_forges_have_pages() {
        for (raw, page) in [
            ("https://raw.githubusercontent.com/o/r/main/registry/index.yaml", "https://github.com/o/r/blob/main/"),
            ("https://raw.githubusercontent.com/o/r/refs/heads/main/i.yaml", "https://github.com/o/r/blob/main/"),
            ("https://github.com/o/r/raw/v1.0/registry/index.yaml", "https://github.com/o/r/blob/v1.0/"),
            ("https://github.com/o/r/raw/refs/tags/v1/i.yaml", "https://github.com/o/r/blob/v1/"),
            ("https://gitlab.com/g/s/p/-/raw/main/i.yaml?ref_type=heads", "https://gitlab.com/g/s/p/-/blob/main/"),
            ("https://git.example.org:8443/g/p/-/raw/a%2Fb/i.yaml", "https://git.example.org:8443/g/p/-/blob/a%2Fb/"),
            ("https://codeberg.org/o/r/raw/branch/main/i.yaml", "https://codeberg.org/o/r/src/branch/main/"),
            ("http://gitea.example.org/o/r/raw/tag/v1/i.yaml", "http://gitea.example.org/o/r/src/tag/v1/"),
            (
                "https://gitea.example.org/o/r/raw/commit/ab12/x/i.yaml",
                "https://gitea.example.org/o/r/src/commit/ab12/",
            ),
        ] {
            assert_eq!(page_url(raw, "docs/a.md"), Some(format!("{page}docs/a.md")), "{raw}");
        }
    }

    #[test]
    fn the_page_of_a_file_has_a_raw_address() {
        for (page, file) in [
            (
                "https://github.com/o/r/blob/main/a/i.yaml?plain=1#L3",
                "https://raw.githubusercontent.com/o/r/main/a/i.yaml",
            ),
            (
                "https://gitlab.com/g/s/p/-/blob/main/i.yaml?ref_type=heads",
                "https://gitlab.com/g/s/p/-/raw/main/i.yaml",
            ),
            ("https://codeberg.org/o/r/src/branch/a/b/i.yaml", "https://codeberg.org/o/r/raw/branch/a/b/i.yaml"),
            ("http://git.example.org:3000/o/r/src/tag/v1/i.yaml", "http://git.example.org:3000/o/r/raw/tag/v1/i.yaml"),
            ("https://bitbucket.org/o/r/src/main/i.yaml", "https://bitbucket.org/o/r/raw/main/i.yaml"),
        ] {
            assert_eq!(raw_url(page).as_deref(), Some(file), "{page}");
        }
        for page in [
            "https://github.com/o/r",
            "https://github.com/o/r/blob/main",
            "https://raw.githubusercontent.com/o/r/main/i.yaml",
            "https://codeberg.org/o/r/raw/branch/main/i.yaml",
            "https://codeberg.org/o/r/src/branch/main",
            "https://gitlab.com/p/-/blob/main/i.yaml",
            "https://example.org/index.html",
            "",
        ] {
            assert_eq!(raw_url(page), None, "{page}");
        }
    }

    #[test]
    fn a_file_of_a_branch_is_at_the_head_too() {
        for (raw, head) in [
            (
                "https://raw.githubusercontent.com/o/r/main/a/i.yaml",
                "https://raw.githubusercontent.com/o/r/HEAD/a/i.yaml",
            ),
            (
                "https://raw.githubusercontent.com/o/r/refs/heads/main/i.yaml",
                "https://raw.githubusercontent.com/o/r/HEAD/i.yaml",
            ),
            ("https://github.com/o/r/raw/main/i.yaml", "https://raw.githubusercontent.com/o/r/HEAD/i.yaml"),
            ("https://gitlab.com/g/s/p/-/raw/main/i.yaml?ref_type=heads", "https://gitlab.com/g/s/p/-/raw/HEAD/i.yaml"),
            ("https://codeberg.org/o/r/raw/branch/main/i.yaml", "https://codeberg.org/o/r/raw/branch/HEAD/i.yaml"),
        ] {
            assert_eq!(head_url(raw).as_deref(), Some(head), "{raw}");
            assert_eq!(head_url(head), None, "{head}");
        }
        for raw in [
            "https://raw.githubusercontent.com/o/r/refs/tags/v1/i.yaml",
            "https://raw.githubusercontent.com/o/r/0123456789abcdef0123456789abcdef01234567/i.yaml",
            "https://raw.githubusercontent.com/o/r/main",
            "https://codeberg.org/o/r/raw/tag/v1/i.yaml",
            "https://codeberg.org/o/r/raw/branch/main",
            "https://codeberg.org/o/r/raw/branch/main/",
            "https://gitlab.com/g/p/-/raw/main",
            "https://example.org/index.yaml",
        ] {
            assert_eq!(head_url(raw), None, "{raw}");
        }
    }

    #[test]
    fn other_addresses_have_none() {
        for raw in [
            "https://example.org/index.yaml",
            "https://example.org/o/r/raw/main/i.yaml",
            "https://example.org/p/-/raw/main/i.yaml",
            "https://example.org/g/p/-/raw/main",
            "https://codeberg.org/o/r/raw/branch/main",
            "https://codeberg.org//o/r/raw/branch/main/i.yaml",
            "https://raw.githubusercontent.com/o/r/main",
            "https://raw.githubusercontent.com.example.org/o/r/main/i.yaml",
            "https://user@github.com/o/r/raw/main/i.yaml",
            "file:///o/r/raw/branch/main/i.yaml",
            "",
        ] {
            assert_eq!(page_url(raw, "docs/a.md"), None, "{raw}");
        }
    }

    #[test]
    fn a_path_stays_in_its_repository() {
        let raw = "https://codeberg.org/o/r/raw/branch/main/i.yaml";
        for (path, end) in [
            ("./docs//a b.md", "docs/a%20b.md"),
            ("a/?q=1#x/%2e%2e", "a/%3Fq=1%23x/%252e%252e"),
            ("ä\u{202e}<script>\"'", "%C3%A4%E2%80%AE%3Cscript%3E%22'"),
            ("docs/", "docs"),
        ] {
            assert_eq!(page_url(raw, path), Some(format!("https://codeberg.org/o/r/src/branch/main/{end}")), "{path}");
        }
        for path in ["", "/", ".", "..", "a/../b", "/etc", "https://example.org/x", "a\\b", "a\nb", &"x".repeat(2049)] {
            assert_eq!(page_url(raw, path), None, "{path:?}");
        }
    }
}
